using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Tests;

public sealed class CanaryTests : EngineTest
{
    /// <summary>
    /// Not among them: what PowerShell itself refuses while binding and repeats in its own words, such as a plain text that is
    /// piped by value to a cmdlet that takes none, and, on Linux, the bound SecureString that
    /// CLIXML writes as hex where PowerShell's own exception carries the invocation.
    /// </summary>
    private static readonly string[] All =
    [
        "New-LlmConfig new openai -ApiKey $key",
        "New-LlmConfig new openai -ApiKey $key -WhatIf",
        "New-LlmConfig new openai -ApiKey $key -Confirm",
        "New-LlmConfig new openai -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY",
        "New-LlmConfig new openai -ApiKey $key -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY",
        "New-LlmConfig new openai -ApiKey $plain",
        "New-LlmConfig new $plain",
        "New-LlmConfig new openai -ApiKeyFromEnvironment $plain",
        "New-LlmConfig new openai -ApiKey $key -Vault $plain",
        "New-LlmConfig new openai -ApiKey $key -Vault Missing",
        "New-LlmConfig new openai -ApiKey $key -BaseUrl \"https://user:$plain@example.com\"",
        "New-LlmConfig new openai -ApiKey $key -BaseUrl \"ftp://$plain\"",
        "New-LlmConfig new openai -UseAuthHeader $plain",
        "New-LlmConfig new openai -AsDefault:$plain",
        "New-LlmConfig canary openai -ApiKey $key",
        "$row | New-LlmConfig",
        "$row, $row | New-LlmConfig -ErrorAction SilentlyContinue",
        "$row | Set-LlmConfig",
        "$secureRow | New-LlmConfig",
        "$secureRow | Set-LlmConfig -PassThru",
        "$mistakes | New-LlmConfig",
        "$plain | New-LlmConfig work openai; $plain | Set-LlmConfig canary; $plain | New-LlmConfig",
        "$key | New-LlmConfig work openai; $key | Set-LlmConfig canary; $key | New-LlmConfig",
        "New-LlmConfig work openai -ApiKeyFromFile $plain; New-LlmConfig work openai -ApiKeyFromCommand $plain",
        "New-LlmConfig work openai -ApiKeyFromCommand { $plain }; Set-LlmConfig canary -ApiKeyFromCommand { $plain, $plain }",
        "Set-LlmConfig canary -ApiKey $key -PassThru",
        "Set-LlmConfig canary -ApiKey $key -WhatIf",
        "Set-LlmConfig canary -ApiKey $key -Confirm",
        "Set-LlmConfig canary -ApiKey $plain",
        "Set-LlmConfig canary -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY",
        "Set-LlmConfig canary -ApiKeyFromEnvironment $plain",
        "Set-LlmConfig canary -Provider $plain",
        "Set-LlmConfig canary -Vault $plain",
        "Set-LlmConfig canary -ApiKey $key -RemoveApiKey",
        "Set-LlmConfig canary -BaseUrl https://elsewhere.example.com -PassThru",
        "Set-LlmConfig canary -BaseUrl \"https://$plain@example.com\"",
        "Set-LlmConfig nobody -ApiKey $key",
        "Get-LlmConfig; Get-LlmConfig canary; Get-LlmConfig -Provider $plain",
        "Get-LlmConfig | Out-Default",
        "Get-LlmConfigKey canary",
        "Get-LlmConfigKey canary | Out-Default",
        "Get-LlmConfigKey canary -AsPlainText",
        "Get-LlmProvider | Out-Default; Get-LlmProvider $plain",
        "Get-LlmConfigStore; Get-LlmConfigStore | Out-Default",
        "Set-LlmConfigStore -DefaultVault LlmConfig -PassThru",
        "Set-LlmConfigStore -DefaultVault $plain",
        "Set-LlmConfigStore -Protector KeyFile -PassThru",
        "Remove-LlmConfig canary -WhatIf; Remove-LlmConfig canary -Confirm",
        "Remove-LlmConfig canary",
        "Remove-LlmConfig canary -KeepKey",
        "$key | Set-LlmConfig -Model x",
        "Invoke-LlmConfigRotation canary { $plain + 'x' } -SkipOnlineCheck; Invoke-LlmConfigRotation canary { throw 'x' } -Revoke { throw 'y' }",
        "Invoke-LlmConfigRotation canary { $plain } -SkipOnlineCheck; Invoke-LlmConfigRotation canary -Abandon",
        "Invoke-LlmConfigRotation canary $plain; Invoke-LlmConfigRotation $plain { }; Invoke-LlmConfigRotation canary { } -Revoke $plain",
        "Use-LlmConfig canary { }; Use-LlmConfig canary { throw 'x' }",
        "Use-LlmConfig canary -Variable $plain { }",
        "Use-LlmConfig $plain { }",
        "Enter-LlmConfig canary; Exit-LlmConfig; Exit-LlmConfig",
        "Enter-LlmConfig canary; $env:OPENAI_API_KEY = 'x'; Exit-LlmConfig",
        "Enter-LlmConfig canary -Variable $plain; Enter-LlmConfig $plain",
        "New-LlmConfig work openai $plain",
        "New-LlmConfig work openai -ApiKye $plain",
        "New-LlmConfig work openai $plain $plain -WhatIf",
        "New-LlmConfig work openai $key",
        "Set-LlmConfig canary $plain",
        "Set-LlmConfig -Id $plain -Model m",
        "Set-LlmConfig -Id $plain, $plain -Model m",
        "Get-LlmConfig canary $plain; Get-LlmConfig -Id $plain",
        "Get-LlmConfigKey canary $plain; Get-LlmConfigKey -Id $plain",
        "Remove-LlmConfig canary $plain -WhatIf; Remove-LlmConfig -Id $plain",
        "Test-LlmConfig canary $plain; Test-LlmConfig $plain; Repair-LlmConfig $plain",
        "Use-LlmConfig canary $plain",
        "Use-LlmConfig canary { } $plain; Use-LlmConfig -Id $plain { }",
        "Enter-LlmConfig canary $plain; Enter-LlmConfig -Id $plain; Exit-LlmConfig $plain",
        "Import-LlmConfig nowhere.json $plain; Export-LlmConfig canary nowhere.json $plain",
        "Find-LlmConfigKey $plain; Find-LlmConfigKey -LiteralPath $plain; Find-LlmConfigKey $env:LLMCONFIG_HOME -Name $plain; Find-LlmConfigKey $env:LLMCONFIG_HOME $plain",
        "Find-LlmConfigKey $env:LLMCONFIG_HOME",
        "Get-LlmProvider openai $plain; Get-LlmConfigStore $plain; Set-LlmConfigStore $plain",
        "$badRow | New-LlmConfig",
        "$badRow | Set-LlmConfig",
        "$badRow, $row | New-LlmConfig -ErrorAction SilentlyContinue",
    ];

    private readonly string _canary = "sk-test-canary-" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    public static TheoryData<string> Commands => [.. All];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_key_shows_nowhere(string command)
    {
        Prepare();

        Drive(command);
        Drive("try { " + command + " -Verbose -Debug -ErrorAction Stop } catch { $_ }");
    }

    [Fact]
    public void A_key_shows_nowhere_when_the_store_is_damaged()
    {
        Prepare();
        Store.Damage();

        foreach (string command in All)
        {
            Drive(command);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_key_shows_nowhere_when_its_vault_is_damaged(string command)
    {
        Prepare();
        foreach (string file in Store.SealedFiles)
        {
            File.WriteAllText(file, "damaged");
        }

        Drive(command);
    }

    [Fact]
    public void A_key_shows_nowhere_when_the_header_of_its_vault_is_damaged()
    {
        Prepare();
        File.WriteAllText(Path.Combine(Store.Folder, "vault", "vault.json"), "{ damaged");

        // What removes the configuration comes last, and has then been tried with all the others.
        foreach (string command in All)
        {
            Drive(command);
        }
    }

    [Fact]
    public void The_search_finds_a_key_in_every_form()
    {
        foreach (string hidden in Leaks.Forms(_canary))
        {
            Assert.Throws<Xunit.Sdk.FailException>(() => AssertAbsent("before" + hidden + "after", "text"));
        }
    }

    private void Prepare()
    {
        Store.SetVariable("LLMCONFIG_TEST_KEY", _canary);

        // Among the files that are searched.
        Store.SetVariable(LlmConfigOptions.LogVariable, Path.Combine(Store.Folder, "log.jsonl"));
        Run("New-LlmConfig canary openai -ApiKey $key", ("key", Secure(_canary)));
    }

    private void Drive(string command)
    {
        Shell.Host.Answers.Enqueue("Yes");
        CommandResult result = Try(
            command,
            ("key", Secure(_canary)),
            ("plain", _canary),
            ("row", Row(("Name", "canary"), ("Provider", "openai"), ("ApiKey", _canary))),
            ("secureRow", Row(("Name", "canary"), ("Provider", "openai"), ("ApiKey", Secure(_canary)))),
            ("badRow", Row(("Name", "canary"), ("Provider", "openai"), ("ApiKey", Secure(_canary)), ("Model", "m"), ("UseAuthHeader", "perhaps"), ("AsDefault", "no"))),
            ("mistakes", Row(("Name", "new"), ("Provider", "openai"), ("ApiKeyFromEnvironment", _canary))));

        AssertAbsent(Leaks.Text(result, Shell.Host), command);
        AssertAbsentInFiles();
    }

    private void AssertAbsentInFiles()
    {
        foreach (string file in Directory.EnumerateFiles(Store.Folder, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(_canary)) < 0, file);
            AssertAbsent(Encoding.Latin1.GetString(bytes), file);
            AssertAbsent(file, file);
        }
    }

    private void AssertAbsent(string text, string where)
    {
        foreach (string form in Leaks.Forms(_canary))
        {
            int at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
            {
                Assert.Fail($"The key shows in {where}: {text[Math.Max(0, at - 300)..Math.Min(text.Length, at + 60)]}");
            }
        }
    }
}
