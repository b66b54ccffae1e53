using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Tests;

public sealed class ImportLlmConfigTests : EngineTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llmconfig-import-").FullName;

    public ImportLlmConfigTests()
    {
        foreach (string variable in LlmProviderCatalog.All.SelectMany(provider => provider.KeyVariables
            .Concat(provider.BearerKeyVariables)
            .Concat(provider.ModelVariables)
            .Concat([provider.BaseUrlVariable ?? "OPENAI_BASE_URL", "AWS_REGION", "AWS_DEFAULT_REGION"])))
        {
            Store.SetVariable(variable, null);
        }
    }

    [Fact]
    public void WhatIf_says_from_which_host_to_which_and_changes_nothing()
    {
        string file = Path.Combine(Store.Folder, "export.json");
        Run("New-LlmConfig a openai -ApiKey $key; Export-LlmConfig a -Path $file; Set-LlmConfig a -BaseUrl https://gateway.example/v1 -Force", ("key", Secure("sk-test-one")), ("file", file));
        Shell.Host.Clear();

        Run("Import-LlmConfig $file -OnConflict Replace -WhatIf", ("file", file));

        Assert.Contains("from https://gateway.example/v1 to https://api.openai.com/v1", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Equal("https://gateway.example/v1", Stored("a").BaseUrl);
    }

    [Fact]
    public void A_desired_state_is_reached_once_and_seen_by_Test()
    {
        string file = Path.Combine(_folder, "desired.json");
        Store.SetVariable("TEAM_KEY", "sk-test-team");
        File.WriteAllText(file, """{"desiredState": "t", "configurations": [{"name": "work", "provider": "openai", "apiKeyFromEnvironment": "TEAM_KEY"}, {"name": "local", "provider": "ollama"}]}""");

        Assert.Empty(Run("Import-LlmConfig $file -Mode Exact -WhatIf", ("file", file)).Output);
        Assert.Contains("Create LLM configuration", Shell.Host.Text, StringComparison.Ordinal);
        Assert.False(Run("Test-LlmConfig -DesiredState $file -Quiet", ("file", file)).Output.Single().BaseObject is true);
        IReadOnlyList<DesiredStep> first = [.. Run("Import-LlmConfig $file -Mode Exact", ("file", file)).Output.Select(item => (DesiredStep)item.BaseObject)];
        IReadOnlyList<DesiredStep> second = [.. Run("Import-LlmConfig $file -Mode Exact", ("file", file)).Output.Select(item => (DesiredStep)item.BaseObject)];

        Assert.All(first, step => Assert.True(step.Changed));
        Assert.All(second, step => Assert.False(step.Changed));
        Assert.Equal(("sk-test-team", "t"), (KeyOf("work"), Stored("work").ManagedBy));
        Run("Set-LlmConfig local -Model other; Set-LlmConfig work -ApiKey $key", ("key", Secure("sk-test-other")));
        IReadOnlyList<CheckResult> drift = [.. Run("Test-LlmConfig -DesiredState $file", ("file", file)).Output.Select(item => (CheckResult)item.BaseObject)];
        Assert.Equal([("work", CheckStatus.Error), ("local", CheckStatus.Ok)], drift.Select(result => (result.Target, result.Status)));
        Assert.Contains("apiKey", drift[0].Message, StringComparison.Ordinal);

        Try("Import-LlmConfig $file -Mode Exact -OnConflict Skip", ("file", file)).RequireError("InvalidArgument");
        File.WriteAllText(file, """{"desiredState": "t", "configurations": []}""");
        Run("Import-LlmConfig $file -Mode Merge", ("file", file));
        Assert.Equal(2, Run("Get-LlmConfig").Output.Count);
        Run("Import-LlmConfig $file -Mode Exact", ("file", file));
        Assert.Empty(Run("Get-LlmConfig").Output);
    }

    [Fact]
    public void Variables_of_the_environment_become_configurations_named_as_their_providers()
    {
        Store.SetVariable("OPENAI_API_KEY", "sk-test-openai");
        Store.SetVariable("ANTHROPIC_API_KEY", "sk-test-anthropic");
        Store.SetVariable("OLLAMA_HOST", "localhost:8080");

        CommandResult result = Run("Import-LlmConfig -FromEnvironment -Verbose");

        Assert.Equal(["openai", "anthropic", "ollama"], result.Names);
        Assert.Equal("sk-test-openai", KeyOf("openai"));
        Assert.Equal("http://localhost:8080/v1", Stored("ollama").BaseUrl);
        Assert.Equal(1, Store.Revision);
        Assert.Contains(result.Talk, line => line.Contains("OPENAI_API_KEY", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Warnings, text => text.Contains("delete", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIf_shows_what_is_found_and_makes_nothing()
    {
        Store.SetVariable("OPENAI_API_KEY", "sk-test-openai");

        Assert.Empty(Run("Import-LlmConfig -FromEnvironment -WhatIf").Output);

        Assert.Contains("OPENAI_API_KEY", Shell.Host.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", Shell.Host.Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void Confirm_asks_for_each_and_No_leaves_it_out()
    {
        Store.SetVariable("OPENAI_API_KEY", "sk-test-openai");
        Store.SetVariable("GROQ_API_KEY", "sk-test-groq");
        Shell.Host.Answers.Enqueue("No");
        Shell.Host.Answers.Enqueue("Yes");

        Assert.Equal(["groq"], Run("Import-LlmConfig -FromEnvironment -Confirm").Names);
    }

    [Fact]
    public void Names_and_providers_choose_and_a_literal_that_meets_nothing_is_an_error()
    {
        Store.SetVariable("OPENAI_API_KEY", "sk-test-openai");
        Store.SetVariable("GROQ_API_KEY", "sk-test-groq");
        Store.SetVariable("AZURE_OPENAI_API_KEY", "sk-test-azure");

        Assert.Equal(["groq"], Run("Import-LlmConfig -FromEnvironment -Provider groq").Names);
        Assert.Equal(["openai"], Run("Import-LlmConfig -FromEnvironment -Name o*").Names);
        Assert.Equal("work", Try("Import-LlmConfig -FromEnvironment -Name work").RequireError("NotFound").TargetObject);
        Try("Import-LlmConfig -FromEnvironment -Provider opnai").RequireError("UnknownProvider");
        ErrorRecord error = Try("Import-LlmConfig -FromEnvironment -Provider azure*").RequireError("InvalidBaseUrl");
        Assert.Contains("AZURE_OPENAI_ENDPOINT", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void An_environment_without_variables_is_said()
    {
        Assert.Contains("No variable", Assert.Single(Run("Import-LlmConfig -FromEnvironment").Warnings), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void Files_are_named_by_wildcards_literally_and_through_the_pipeline_and_committed_once()
    {
        Write("a.env", "OPENAI_API_KEY=sk-test-a");
        Write("b.env", "GROQ_API_KEY=sk-test-b");
        Write("[c].env", "MISTRAL_API_KEY=sk-test-c");

        Assert.Equal(["openai", "groq"], Run("Import-LlmConfig $folder/?.env 3>$null", ("folder", _folder)).Names);
        Assert.Equal(["mistral"], Run("Import-LlmConfig -LiteralPath \"$folder/[c].env\" 3>$null", ("folder", _folder)).Names);
        Assert.Equal(2, Store.Revision);
        Run("Get-LlmConfig | Remove-LlmConfig -Force");
        long revision = Store.Revision;
        Assert.Equal(3, Run("$files | Import-LlmConfig 3>$null", ("files", Files())).Names.Count);
        Assert.Equal(revision + 1, Store.Revision);
    }

    [Fact]
    public void One_bad_file_does_not_stop_the_others()
    {
        Write("a.env", "OPENAI_API_KEY=sk-test-a");

        CommandResult result = Try(
            "Import-LlmConfig $folder/none.env, $folder/*.none, $folder/a.env, $bad, Env:\\PATH 3>$null",
            ("folder", _folder),
            ("bad", Write("bad.json", "{\"openai\":1}")));

        Assert.Equal(["openai"], result.Names);
        Assert.Equal(
            ["NotFound", "NotFound", "StoreCorrupt", "StoreUnsafe"],
            result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
    }

    [Fact]
    public void A_file_with_keys_should_be_deleted_and_one_without_them_says_which_are_missing()
    {
        Run("New-LlmConfig work openai -ApiKey $key", ("key", Secure("sk-test-work")));
        string store = Path.Combine(_folder, "other.json");
        File.Copy(Store.ConfigFile, store);
        Run("Remove-LlmConfig work");

        string warning = Assert.Single(Run("Import-LlmConfig $path", ("path", store)).Warnings);
        Assert.Contains("'work'", warning, StringComparison.Ordinal);
        Assert.Contains("Set-LlmConfig -AskApiKey", warning, StringComparison.Ordinal);
        IReadOnlyList<string> warnings = Run("Import-LlmConfig $path", ("path", Write("keys.json", "{\"groq\":\"sk-test-1\"}"))).Warnings;
        Assert.Contains(warnings, text => text.Contains("delete it", StringComparison.Ordinal) && text.Contains("keys.json", StringComparison.Ordinal));
    }

    [Fact]
    public void Conflicts_follow_the_choice_and_a_skipped_one_is_in_the_verbose_stream()
    {
        string path = Write("a.env", "OPENAI_API_KEY=sk-test-new");
        Run("New-LlmConfig openai openai -ApiKey $key", ("key", Secure("sk-test-old")));

        ErrorRecord error = Try("Import-LlmConfig $path", ("path", path)).RequireError("DuplicateName");
        Assert.Equal("openai", error.TargetObject);
        CommandResult skipped = Run("Import-LlmConfig $path -OnConflict Skip -Verbose", ("path", path));
        Assert.Empty(skipped.Output);
        Assert.Contains(skipped.Talk, line => line.Contains("Skipped 'openai'", StringComparison.Ordinal));
        Assert.Equal("sk-test-old", KeyOf("openai"));
        Assert.Equal(["openai (2)"], Run("Import-LlmConfig $path -OnConflict Rename 3>$null", ("path", path)).Names);
        Assert.Equal(["openai"], Run("Import-LlmConfig $path -OnConflict Replace 3>$null", ("path", path)).Names);
        Assert.Equal("sk-test-new", KeyOf("openai"));
        Assert.Equal(2, Store.SealedFiles.Count);
    }

    [Theory]
    [InlineData("Yes", "https://other.example/v1")]
    [InlineData("No", "https://api.openai.com/v1")]
    [InlineData(null, "https://api.openai.com/v1")]
    [InlineData("-Force", "https://other.example/v1")]
    public void A_kept_key_goes_to_another_host_only_when_a_person_says_so_or_with_Force(string? answer, string url)
    {
        Run("New-LlmConfig work openai -ApiKey $key", ("key", Secure("sk-test-old")));
        string path = Write("old.json", SettingsOf("work", "openai", "https://other.example/v1"));
        bool force = answer == "-Force";
        if (answer is not null && !force)
        {
            Shell.Host.Answers.Enqueue(answer);
        }

        CommandResult result = Try($"Import-LlmConfig $path -OnConflict Replace {(force ? "-Force" : string.Empty)}", ("path", path));

        Assert.Equal(force ? 0 : 1, Shell.Host.Questions.Count);
        Assert.Equal(url, Stored("work").BaseUrl);
        if (answer is null)
        {
            result.RequireError("InsecureBaseUrl");
        }
        else
        {
            result.RequireNoError();
        }
    }

    [Fact]
    public void An_export_with_keys_goes_to_another_machine_under_its_password()
    {
        Run("New-LlmConfig work openai -ApiKey $key -Model m -AsDefault; New-LlmConfig local ollama", ("key", Secure("sk-test-work")));
        string path = Path.Combine(_folder, "export.json");

        Assert.Empty(Run("Export-LlmConfig -Path $path -IncludeKey -Password $password", ("path", path), ("password", Secure("eight or more"))).Output);
        Assert.DoesNotContain("sk-test", File.ReadAllText(path), StringComparison.Ordinal);
        Run("Get-LlmConfig | Remove-LlmConfig -Force");
        Try("Import-LlmConfig $path", ("path", path)).RequireError("VaultLocked");
        Try("Import-LlmConfig $path -Password $password", ("path", path), ("password", Secure("wrong"))).RequireError("VaultLocked");
        Try("Import-LlmConfig $path -Password $password", ("path", path), ("password", "eight or more")).RequireError("InvalidKey");
        CommandResult result = Run("Import-LlmConfig $path -Password $password", ("path", path), ("password", Secure("eight or more")));

        Assert.Equal(["local", "work"], result.Names);
        Assert.Empty(result.Warnings);
        Assert.Equal("sk-test-work", KeyOf("work"));
        Assert.True(Stored("work").IsDefault);
        Assert.Empty(Run("Import-LlmConfig $path -Password $password", ("path", path), ("password", Secure("eight or more"))).Output);
    }

    [Fact]
    public void An_export_without_keys_is_text_in_the_pipeline_or_a_file()
    {
        Run("New-LlmConfig work openai -ApiKey $key; New-LlmConfig local ollama", ("key", Secure("sk-test-work")));
        string path = Path.Combine(_folder, "export.json");

        string text = Assert.IsType<string>(Assert.Single(Run("Export-LlmConfig l*").Output).BaseObject);
        Assert.Contains("\"local\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"work\"", text, StringComparison.Ordinal);
        Run("Get-LlmConfig work | Export-LlmConfig -Path $path", ("path", path));
        Assert.Contains("\"work\"", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(path, Try("Export-LlmConfig -Path $path", ("path", path)).RequireError("DuplicateName").TargetObject);
        Run("Export-LlmConfig -Path $path -Force", ("path", path));
        Assert.Contains("\"local\"", File.ReadAllText(path), StringComparison.Ordinal);
        Run("$in | Export-LlmConfig -Path $path -Force", ("in", Deserialized(Stored("local"))), ("path", path));
        Assert.DoesNotContain("\"work\"", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_that_lacks_something_is_not_written()
    {
        Run("New-LlmConfig work openai");
        string path = Path.Combine(_folder, "export.json");

        Try("Export-LlmConfig work, none -Path $path", ("path", path)).RequireError("NotFound");
        Assert.Contains("-Path", Try("Export-LlmConfig backup.json").RequireError("NotFound").ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("-Password", Try("Export-LlmConfig work -Path $path -IncludeKey", ("path", path)).RequireError("InvalidKey").ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("-IncludeKey", Try("Export-LlmConfig work -Path $path -Password $password", ("path", path), ("password", Secure("eight or more"))).RequireError("InvalidKey").ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Try("Export-LlmConfig work -Path $path -IncludeKey -Password $password", ("path", path), ("password", Secure("short"))).RequireError("InvalidKey");
        Try("Export-LlmConfig work -Path Env:\\x").RequireError("StoreUnsafe");
        Run("Export-LlmConfig work -Path $path -WhatIf", ("path", path));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_vault_that_is_none_is_an_error_that_says_so()
    {
        Try("Import-LlmConfig -FromVault LlmConfig").RequireError("VaultUnavailable");
        Try("Import-LlmConfig -FromVault Nowhere").RequireError("SecretManagementMissing");
    }

    [Fact]
    public void A_key_shows_nowhere_whatever_is_imported_or_exported()
    {
        string canary = "sk-test-canary-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
        Store.SetVariable("OPENAI_API_KEY", canary);
        Store.SetVariable("OPENAI_BASE_URL", $"https://user:{canary}@host/");
        string path = Path.Combine(_folder, "export.json");
        (string, object?)[] variables =
        [
            ("env", Write("x.env", $"OPENAI_API_KEY={canary}\nGROQ_API_KEY=\"{canary}\\n\"")),
            ("keys", Write("keys.json", $"{{\"groq\":\"{canary}\",\"{canary}\":\"{canary}\"}}")),
            ("bad", Write("bad.json", $"{{\"groq\":\"{canary}\"")),
            ("quote", Write("quote.env", $"OPENAI_API_KEY=\"{canary}")),
            ("twice", Write("twice.json", $"{{\"{canary}\":\"a\",\"{canary}\":\"b\"}}")),
            ("settings", Write("settings.json", SettingsOf(canary, canary, $"https://{canary}@x/"))),
            ("path", path), ("password", Secure(canary)), ("plain", canary),
        ];
        foreach (string command in new[]
        {
            "Import-LlmConfig -FromEnvironment", "Import-LlmConfig $env", "Import-LlmConfig $env -OnConflict Replace", "Import-LlmConfig $keys -WhatIf",
            "Import-LlmConfig $keys -OnConflict Rename", "Import-LlmConfig $bad, $quote, $twice, $settings", "Import-LlmConfig $plain",
            "Export-LlmConfig -Path $path -IncludeKey -Password $password", "Import-LlmConfig $path -Password $password -OnConflict Replace",
            "Import-LlmConfig $path -Password $plain", "Export-LlmConfig -IncludeKey -Password $password", "Export-LlmConfig", "Export-LlmConfig $plain",
            "Import-LlmConfig -FromVault $plain", "Import-LlmConfig $keys -Vault $plain", "Import-LlmConfig $keys -Name $plain", "Import-LlmConfig $keys -Provider $plain",
        })
        {
            foreach (string script in new[] { command, $"try {{ {command} -Verbose -Debug -ErrorAction Stop }} catch {{ $_ }}" })
            {
                CommandResult result = Try(script, variables);
                string text = Leaks.Text(result, Shell.Host) + string.Join('\n', result.Output.Select(item => item.BaseObject as string));
                foreach (string form in Leaks.Forms(canary))
                {
                    int at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
                    Assert.True(at < 0, at < 0 ? null : $"{script}: {text[Math.Max(0, at - 300)..at]}");
                }
            }
        }

        foreach (string file in Directory.EnumerateFiles(Store.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(canary, Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_folder, recursive: true);
    }

    // As Get-ChildItem gives them.
    private PSObject[] Files() =>
    [
        .. new DirectoryInfo(_folder).GetFiles().Select(file =>
        {
            var item = new PSObject(file);
            item.Properties.Add(new PSNoteProperty("PSPath", "Microsoft.PowerShell.Core\\FileSystem::" + file.FullName));
            return item;
        }),
    ];

    private static string SettingsOf(string name, string provider, string baseUrl) => $$"""
        { "version": 1, "store": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "revision": 0, "configs": [
          { "id": "0f8fad5b-d9cb-469f-a165-70867728950e", "name": "{{name}}", "provider": "{{provider}}", "baseUrl": "{{baseUrl}}", "useAuthHeader": true,
            "createdAt": "2026-11-24T08:15:00.000Z", "updatedAt": "2026-11-24T08:15:00.000Z" }] }
        """;

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
