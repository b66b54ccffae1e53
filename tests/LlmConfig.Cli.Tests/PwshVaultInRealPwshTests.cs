namespace LlmConfig.Cli.Tests;

/// <summary>The same with the real pwsh, SecretManagement and SecretStore.</summary>
public sealed class PwshVaultInRealPwshTests : IDisposable
{
    private const string Modules = "Microsoft.PowerShell.SecretManagement and Microsoft.PowerShell.SecretStore are not installed: 5 tests with real vaults are left out";

    private readonly PwshHome _home = new();

    public void Dispose() => _home.Dispose();

    [SkippableFact]
    public void A_new_key_goes_to_SecretManagements_default_vault_and_comes_back()
    {
        string pwsh = Prepare("-Authentication None -Interaction None", "It's $(here) «é»");
        using PwshVaultSource source = _home.Source();
        using LlmConfigRepository repository = _home.Repository(source);
        using ApiKey key = ApiKey.From("sk-test-\"'$(1+1)`é", null);

        LlmConfiguration made = repository.Create(new NewConfiguration { Name = "work", Provider = "openai", Key = key });
        Assert.Equal("It's $(here) «é»", made.Vault);
        using (ApiKey back = repository.GetKey(made))
        {
            Assert.True(back.HasSameValue(key));
        }

        source.Dispose();
        string listed = RealPwsh.Run(pwsh, "Import-Module Microsoft.PowerShell.SecretManagement; foreach ($s in Get-SecretInfo) { \"$($s.Name) $($s.Metadata['name'])\"; Get-Secret $s.Name -AsPlainText }").ReplaceLineEndings("\n");
        Assert.StartsWith("llm-api-key-", listed, StringComparison.Ordinal);
        Assert.Contains(" work\nsk-test-\"'$(1+1)`é\n", listed, StringComparison.Ordinal);

        using PwshVaultSource again = _home.Source();
        using LlmConfigRepository second = _home.Repository(again);
        Assert.True(Assert.Single(second.Remove([made.Id])).Error is null);
        again.Dispose();
        Assert.Empty(RealPwsh.Run(pwsh, "Import-Module Microsoft.PowerShell.SecretManagement; Get-SecretInfo"));
    }

    [SkippableFact]
    public void A_secret_that_is_there_is_found_by_its_name_read_and_left_alone()
    {
        string pwsh = Prepare("-Authentication None -Interaction None", "Team");
        RealPwsh.Run(pwsh, "Import-Module Microsoft.PowerShell.SecretManagement; Set-Secret 'My OpenAI' 'sk-test-kept' -Metadata @{ by = 'me' }; Set-Secret Table @{ a = 'b'; c = 'd' }");
        using PwshVaultSource source = _home.Source();
        using LlmConfigRepository repository = _home.Repository(source);

        Assert.Equal(["My OpenAI", "Table"], repository.ListSecrets("Team"));
        LlmConfiguration made = Assert.Single(repository.Import(repository.FindSecrets("team", name => name.Contains("openai", StringComparison.OrdinalIgnoreCase)))).Configuration!;
        Assert.Equal(("My OpenAI", "Team", "openai"), (made.KeyName, made.Vault, made.Provider));
        using (ApiKey key = repository.GetKey(made))
        {
            Assert.Equal("sk-test-kept", key.ToPlainText());
        }

        Assert.Equal(LlmConfigErrorCode.InvalidKey, Assert.Throws<LlmConfigException>(() => repository.Update(made.Id, new ConfigurationUpdate { KeyName = "Table" })).Code);
        Assert.Null(Assert.Single(repository.Remove([made.Id])).Error);
        source.Dispose();
        Assert.Equal("My OpenAI me\nTable \n", RealPwsh.Run(pwsh, "Import-Module Microsoft.PowerShell.SecretManagement; foreach ($s in Get-SecretInfo) { \"$($s.Name) $($s.Metadata['by'])\" }").ReplaceLineEndings("\n"));
    }

    [SkippableFact]
    public void A_locked_vault_is_said_to_be_locked_and_nobody_is_waited_for()
    {
        Prepare("-Authentication Password -Interaction Prompt -Password (ConvertTo-SecureString x -AsPlainText -Force)", "Team");
        using PwshVaultSource source = _home.Source();

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => source.Open("Team")!.List(CancellationToken.None));

        Assert.Equal(LlmConfigErrorCode.VaultLocked, error.Code);
    }

    [SkippableFact]
    public void A_vault_that_is_not_registered_is_an_error_that_names_those_that_are()
    {
        Prepare("-Authentication None -Interaction None", "Team");
        using PwshVaultSource source = _home.Source();

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => source.Open("Tema"));

        Assert.Equal(LlmConfigErrorCode.VaultNotFound, error.Code);
        Assert.Contains("'Team'", error.RecommendedAction, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_vault_that_hangs_is_stopped_and_its_pwsh_ends()
    {
        string pwsh = Prepare("-Authentication None -Interaction None", "Team");
        string module = Directory.CreateDirectory(Path.Combine(_home.Folder, ".local/share/powershell/Modules/Slow/Slow.Extension")).FullName;
        File.WriteAllText(Path.Combine(module, "..", "Slow.psd1"), "@{ ModuleVersion = '1.0'; NestedModules = @('./Slow.Extension') }");
        File.WriteAllText(Path.Combine(module, "Slow.Extension.psd1"), "@{ ModuleVersion = '1.0'; RootModule = 'Slow.Extension.psm1'; FunctionsToExport = '*' }");
        File.WriteAllText(Path.Combine(module, "Slow.Extension.psm1"), $$"""
            function Get-Secret { param($Name, $VaultName, $AdditionalParameters) Set-Content '{{_home.Folder}}/pid' $PID; Start-Sleep 3600 }
            function Set-Secret { param($Name, $Secret, $VaultName, $AdditionalParameters) }
            function Remove-Secret { param($Name, $VaultName, $AdditionalParameters) }
            function Get-SecretInfo { param($Filter, $VaultName, $AdditionalParameters) }
            function Test-SecretVault { param($VaultName, $AdditionalParameters) $true }
            """);
        RealPwsh.Run(pwsh, "Register-SecretVault -Name Slow -ModuleName Slow");
        using PwshVaultSource source = _home.Source();
        IKeyVault vault = source.Open("Slow")!;
        using var given = new CancellationTokenSource();
        string pid = Path.Combine(_home.Folder, "pid");
        var waiting = new Thread(() =>
        {
            SpinWait.SpinUntil(() => File.Exists(pid) && new FileInfo(pid).Length > 0);
            given.Cancel();
        });
        waiting.Start();

        Assert.Throws<OperationCanceledException>(() => vault.Read("llm-api-key-0123456789abcdef0123456789abcdef", given.Token));

        waiting.Join();
        Assert.ThrowsAny<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadAllText(pid), System.Globalization.CultureInfo.InvariantCulture)));
    }

    private string Prepare(string configuration, string vault)
    {
        string pwsh = RealPwsh.WrapperFor(_home.Folder);
        Skip.If(
            RealPwsh.Run(pwsh, "@(Get-Module -ListAvailable Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore).Count").Trim() == "0", Modules);
        RealPwsh.Run(pwsh, $"Reset-SecretStore -Scope CurrentUser {configuration} -Force -Confirm:$false -WarningAction Ignore; Register-SecretVault -Name '{vault.Replace("'", "''", StringComparison.Ordinal)}' -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault");
        _home.Set("LLMCONFIG_PWSH", pwsh);
        _home.Set("LLMCONFIG_PWSH_TIMEOUT", "300");
        return pwsh;
    }
}
