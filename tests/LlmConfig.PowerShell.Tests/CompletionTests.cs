namespace LlmConfig.Tests;

public sealed class CompletionTests : EngineTest
{
    [Theory]
    [InlineData("Get-LlmConfig ")]
    [InlineData("Get-LlmConfig -Name ")]
    [InlineData("Set-LlmConfig ")]
    [InlineData("Remove-LlmConfig ")]
    [InlineData("Get-LlmConfigKey ")]
    public void Names_complete_sorted(string line)
    {
        Run("New-LlmConfig zeta openai; New-LlmConfig alpha openai");

        Assert.Equal(["alpha", "zeta"], Texts(line));
        Assert.Equal(["zeta"], Texts(line + "Z"));
    }

    [Theory]
    [InlineData("Use-LlmConfig ", "alpha,zeta")]
    [InlineData("Use-LlmConfig z", "zeta")]
    [InlineData("Use-LlmConfig -Name ", "alpha,zeta")]
    [InlineData("Use-LlmConfig alpha,", "alpha,zeta")]
    [InlineData("Enter-LlmConfig ", "alpha,zeta")]
    [InlineData("Get-LlmConfigHeader ", "alpha,zeta")]
    public void Names_complete_before_a_block_and_nothing_else_does(string line, string names)
    {
        Run("New-LlmConfig zeta openai; New-LlmConfig alpha openai");

        Assert.Equal(names, string.Join(',', Shell.Complete(line).Select(result => result.CompletionText)));
    }

    [Theory]
    [InlineData("New-LlmConfig x openai -BaseUrl ", "https://api.openai.com/v1")]
    [InlineData("New-LlmConfig x azure-openai -BaseUrl ", "'https://{resource}.openai.azure.com/openai/v1'")]
    [InlineData("Set-LlmConfig own -BaseUrl ", "https://gateway.example/v1,https://api.openai.com/v1")]
    [InlineData("Set-LlmConfig own -Provider groq -BaseUrl https://api", "https://api.groq.com/openai/v1")]
    [InlineData("New-LlmConfig x -BaseUrl https://api.mi", "https://api.mistral.ai/v1")]
    [InlineData("New-LlmConfig x openai -UseAuthHeader ", "$true,$false")]
    public void Base_urls_and_truth_complete(string line, string texts)
    {
        Run("New-LlmConfig own openai -BaseUrl https://gateway.example/v1");

        Assert.Equal(texts, string.Join(',', Shell.Complete(line).Select(result => result.CompletionText)));
    }

    [Theory]
    [InlineData("New-LlmConfig x a")]
    [InlineData("New-LlmConfig -Provider A")]
    [InlineData("Set-LlmConfig x -Provider a")]
    [InlineData("Get-LlmConfig -Provider a")]
    [InlineData("Get-LlmProvider a")]
    public void Providers_complete(string line)
    {
        Assert.Equal(["anthropic", "azure-openai"], Texts(line));
    }

    [Theory]
    [InlineData("New-LlmConfig x openai -Vault ")]
    [InlineData("Set-LlmConfig x -Vault ll")]
    [InlineData("Set-LlmConfigStore -DefaultVault ")]
    public void Vaults_complete(string line)
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));

        Assert.Equal(["LlmConfig"], Texts(line));
    }

    [Theory]
    [InlineData("with space", "'with space'")]
    [InlineData("it's", "'it''s'")]
    [InlineData("say \"hi\"", "'say \"hi\"'")]
    [InlineData("cost$HOME", "'cost$HOME'")]
    [InlineData("back`tick", "'back`tick'")]
    [InlineData("a[1]", "'a[1]'")]
    [InlineData("-dash", "'-dash'")]
    [InlineData("semi;colon", "'semi;colon'")]
    [InlineData("typo\u2019graphic", "'typo\u2019\u2019graphic'")]
    [InlineData("@splat", "'@splat'")]
    [InlineData("1,2", "'1,2'")]
    [InlineData("plain-name_1.0", "plain-name_1.0")]
    [InlineData("open(paren", "'open(paren'")]
    [InlineData("curly{brace}", "'curly{brace}'")]
    [InlineData("hash#tag", "'hash#tag'")]
    [InlineData("#comment", "'#comment'")]
    [InlineData("wild*card?", "'wild*card?'")]
    [InlineData("\u201cfancy\u201d", "'\u201cfancy\u201d'")]
    [InlineData("\u2018single\u2019", "'\u2018\u2018single\u2019\u2019'")]
    [InlineData("low\u201aquote\u201b", "'low\u201a\u201aquote\u201b\u201b'")]
    [InlineData("\u2013dash", "'\u2013dash'")]
    [InlineData("12345", "'12345'")]
    [InlineData("0x10", "'0x10'")]
    [InlineData("1kb", "'1kb'")]
    [InlineData("a/b:c", "a/b:c")]
    [InlineData("Ünïcode模型", "Ünïcode模型")]
    [InlineData("pipe|amp&", "'pipe|amp&'")]
    [InlineData("a > b", "'a > b'")]
    [InlineData("100%", "'100%'")]
    [InlineData("!bang", "'!bang'")]
    public void A_completed_name_is_quoted_where_needed_and_finds_its_configuration(string name, string text)
    {
        Run("New-LlmConfig $name openai; New-LlmConfig a openai", ("name", name));

        string typed = new([.. name.TakeWhile(char.IsLetter)]);
        string completed = Assert.Single(Texts("Get-LlmConfig -Name " + typed), candidate => candidate != "a");

        Assert.Equal(text, completed);
        Assert.Equal(name, Run("Get-LlmConfig " + completed).Configuration.Name);
        Assert.Equal(name, Run("Get-LlmConfig -Name " + completed).Configuration.Name);
    }

    [Theory]
    [InlineData("Get-LlmConfig 'with")]
    [InlineData("Get-LlmConfig \"with s")]
    [InlineData("Get-LlmConfig 'with space'")]
    [InlineData("Get-LlmConfig -Name alpha, wi")]
    public void What_was_typed_in_quotes_or_after_a_comma_completes(string line)
    {
        Run("New-LlmConfig 'with space' openai; New-LlmConfig alpha openai");

        Assert.Equal(["'with space'"], Texts(line));
    }

    [Fact]
    public void Any_of_a_thousand_odd_names_is_completed_to_what_finds_it()
    {
        const string alphabet = "aZ0 _-.:/,;'\"`$@#%&|<>(){}[]*?!~^=+\\\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u2013\u2014\u00e9\u6a21";
        var random = new Random(20261124);
        string[] names =
        [
            .. Enumerable.Range(0, 1500)
                .Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => alphabet[random.Next(alphabet.Length)])]).Trim())
                .Where(name => name.Length > 0)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Take(1000),
        ];
        Run("$names | ForEach-Object { @{ Name = $_; Provider = 'ollama'; Model = $_ } } | ForEach-Object { [pscustomobject]$_ } | New-LlmConfig", ("names", names));

        IReadOnlyList<CompletionResult> completions =
            [.. Shell.Complete("Get-LlmConfig ").Where(result => result.ResultType == CompletionResultType.ParameterValue)];

        Assert.Equal(names.Length, completions.Count);
        string script = string.Join("\n", completions.SelectMany(completion => new[]
        {
            $"Get-LlmConfig {completion.CompletionText}",
            $"Get-LlmConfig -Name:{completion.CompletionText}",
        }));
        Assert.Equal(completions.SelectMany(completion => Enumerable.Repeat(completion.ListItemText, 2)), Run(script).Names);
    }

    [Theory]
    [InlineData("cost$HOME", "\"cost`$H")]
    [InlineData("cost$HOME", "cost`$H")]
    [InlineData("it's", "'it''")]
    [InlineData("it's", "\u2018it")]
    [InlineData("it\u2019s", "\u2018it\u2019\u2019s")]
    [InlineData("back`tick", "back``t")]
    [InlineData("back`tick", "'back`t")]
    [InlineData("say \"hi\"", "\"say `\"h")]
    [InlineData("'quoted'", "'''q")]
    [InlineData("with space", "\u201cwith s")]
    [InlineData("with space", "with` s")]
    [InlineData("typo\u2019graphic", "'typo\u2019\u2019g")]
    [InlineData("a[1]", "'a[")]
    [InlineData("a[1]", "a`[")]
    public void What_was_typed_with_quotes_and_escapes_completes(string name, string typed)
    {
        Run("New-LlmConfig $name openai; New-LlmConfig zeta openai", ("name", name));

        string completed = Assert.Single(Texts("Get-LlmConfig " + typed));

        Assert.Equal(name, Run("Get-LlmConfig " + completed).Configuration.Name);
    }

    [Theory]
    [InlineData("Get-LlmConfig *eta", "beta,zeta")]
    [InlineData("Get-LlmConfig [zb]", "beta,zeta")]
    [InlineData("Get-LlmConfig ?lp", "alpha")]
    [InlineData("Get-LlmConfig [z", "")]
    [InlineData("Remove-LlmConfig 'z*'", "zeta")]
    public void A_pattern_completes_to_the_names_that_it_matches(string line, string names)
    {
        Run("New-LlmConfig zeta openai; New-LlmConfig alpha openai; New-LlmConfig beta openai");

        Assert.Equal(names, string.Join(',', Texts(line)));
    }

    [Theory]
    [InlineData("Get-LlmConfig -Id ")]
    [InlineData("Set-LlmConfig -Id ")]
    [InlineData("Remove-LlmConfig -Id ")]
    [InlineData("Get-LlmConfigKey -Id ")]
    public void Ids_complete_under_the_names_of_their_configurations(string line)
    {
        Run("New-LlmConfig zeta openai; New-LlmConfig alpha ollama");
        string alpha = Stored("alpha").Id.ToString("D");
        string zeta = Stored("zeta").Id.ToString("D");

        IReadOnlyList<CompletionResult> results = Shell.Complete(line);

        Assert.Equal([alpha, zeta], results.Select(result => result.CompletionText));
        Assert.Equal(["alpha", "zeta"], results.Select(result => result.ListItemText));
        Assert.Equal("alpha (ollama)", results[0].ToolTip);
        Assert.Equal([zeta], Texts(line + zeta[..6]));
        Assert.Equal([zeta], Texts(line + "ze"));
        Assert.Equal("zeta", Run("Get-LlmConfig -Id " + Texts(line + "ze")[0]).Configuration.Name);
    }

    [Fact]
    public void Models_in_use_complete_those_of_the_provider_at_hand()
    {
        Run("New-LlmConfig a openai -Model gpt-5; New-LlmConfig b openai -Model gpt-5; New-LlmConfig c ollama -Model llama3.2:latest; New-LlmConfig d openai -Model 'gpt 4 (old)'; New-LlmConfig e mistral");

        Assert.Equal(["'gpt 4 (old)'", "gpt-5", "llama3.2:latest"], Texts("New-LlmConfig x -Model "));
        Assert.Equal(["'gpt 4 (old)'", "gpt-5"], Texts("New-LlmConfig x openai -Model "));
        Assert.Equal(["llama3.2:latest"], Texts("New-LlmConfig x -Provider OLLAMA -Model "));
        Assert.Equal(["llama3.2:latest"], Texts("Set-LlmConfig c -Model "));
        Assert.Equal(["gpt-5"], Texts("Set-LlmConfig -Model gpt-"));
        Assert.Equal(["'gpt 4 (old)'", "gpt-5", "llama3.2:latest"], Texts("New-LlmConfig x mistral -Model "));
        Assert.Equal("Used by a, b", Shell.Complete("New-LlmConfig x -Model gpt-")[0].ToolTip);
        Assert.Equal("gpt 4 (old)", Run("New-LlmConfig f openai -Model " + Texts("New-LlmConfig x openai -Model 'gpt 4")[0]).Configuration.Model);
    }

    [Fact]
    public void Variables_that_are_set_complete_those_of_the_provider_at_hand_and_never_show_their_value()
    {
        foreach (string variable in LlmProviderCatalog.All.SelectMany(provider => provider.KeyVariables))
        {
            Store.SetVariable(variable, null);
        }

        Assert.Empty(Texts("New-LlmConfig x openai -ApiKeyFromEnvironment "));
        Store.SetVariable("OPENAI_API_KEY", "sk-test-value-of-openai");
        Store.SetVariable("GEMINI_API_KEY", "sk-test-value-of-gemini");
        Store.SetVariable("GROQ_API_KEY", " ");
        Store.SetVariable("LLMCONFIG_TEST_KEY", "sk-test-value-of-another");
        Run("New-LlmConfig g google");

        Assert.Equal(["OPENAI_API_KEY"], Texts("New-LlmConfig x openai -ApiKeyFromEnvironment "));
        Assert.Equal(["GEMINI_API_KEY"], Texts("New-LlmConfig x -Provider google -ApiKeyFromEnvironment G"));
        Assert.Equal(["GEMINI_API_KEY"], Texts("Set-LlmConfig g -ApiKeyFromEnvironment "));
        Assert.Empty(Texts("New-LlmConfig x groq -ApiKeyFromEnvironment "));
        Assert.Equal(["OPENAI_API_KEY", "GEMINI_API_KEY"], Texts("New-LlmConfig x -ApiKeyFromEnvironment "));
        Assert.All(
            Shell.Complete("New-LlmConfig x -ApiKeyFromEnvironment "),
            result => Assert.DoesNotContain("sk-test", result.ToolTip + result.CompletionText + result.ListItemText, StringComparison.Ordinal));
    }

    [Fact]
    public void Registered_vaults_complete_from_the_registry_and_nothing_is_loaded_or_written()
    {
        string registry = Path.Combine(Store.Home, ".secretmanagement", "secretvaultregistry", "vaultinfo");
        Directory.CreateDirectory(Path.GetDirectoryName(registry)!);
        File.WriteAllText(registry, """
            { "DefaultVaultName": "Work Vault", "Vaults": {
              "Work Vault": { "ModuleName": "M", "ModulePath": "/m", "VaultParameters": { "Key": "hunter2" } },
              "LLMCONFIG": { "ModuleName": "LlmConfig.PowerShell", "ModulePath": "/m" },
              "bad\u001bname": { "ModuleName": "M", "ModulePath": "/m" },
              "SecretStore": { "ModuleName": "Microsoft.PowerShell.SecretStore", "ModulePath": "/s" } } }
            """);
        var before = Store.Contents();

        Assert.Equal(["LlmConfig", "'Work Vault'", "SecretStore"], Texts("New-LlmConfig x openai -Vault "));
        Assert.Equal(["'Work Vault'"], Texts("Set-LlmConfig x -Vault w"));
        Assert.Equal(["SecretStore"], Texts("Get-LlmConfig -Vault s"));
        Assert.Empty(Run("Get-Module Microsoft.PowerShell.SecretManagement").Output);
        Assert.Equal(before, Store.Contents());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ not json")]
    [InlineData("[]")]
    [InlineData("{ \"Vaults\": 17 }")]
    [InlineData("{ \"Vaults\": null }")]
    public void A_registry_that_cannot_be_read_completes_nothing_and_is_left_as_it_is(string text)
    {
        string registry = Path.Combine(Store.Home, ".secretmanagement", "secretvaultregistry", "vaultinfo");
        Directory.CreateDirectory(Path.GetDirectoryName(registry)!);
        File.WriteAllText(registry, text);

        Assert.Equal(["LlmConfig"], Texts("New-LlmConfig x openai -Vault "));
        Assert.Equal(text, File.ReadAllText(registry));
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    public void Without_a_home_no_registry_is_looked_for_in_the_current_folder(string home)
    {
        Store.SetVariable("HOME", home);

        Assert.Equal(["LlmConfig"], Texts("New-LlmConfig x openai -Vault "));
    }

    [Fact]
    public void A_locked_or_damaged_vault_does_not_stand_in_the_way_of_completing()
    {
        Run("New-LlmConfig alpha openai -ApiKey $key -Model gpt-5", ("key", Secure("sk-one")));
        File.WriteAllText(Path.Combine(Store.Folder, "vault", "vault.json"), "{ damaged");

        Assert.Equal(["alpha"], Texts("Get-LlmConfigKey "));
        Assert.Equal(["gpt-5"], Texts("New-LlmConfig x openai -Model "));
        Assert.Equal(["LlmConfig"], Texts("Set-LlmConfig alpha -Vault "));
    }

    [Fact]
    public void A_prefix_that_nothing_has_completes_nothing_of_ours()
    {
        Run("New-LlmConfig alpha openai");

        Assert.Empty(Texts("Get-LlmConfig nothing-like-that"));
        Assert.Empty(Texts("New-LlmConfig x nothing-like-that"));
        Assert.Empty(Texts("Set-LlmConfigStore -DefaultVault nothing-like-that"));
    }

    [Fact]
    public void A_missing_store_completes_nothing_and_is_not_made()
    {
        Assert.Empty(Texts("Get-LlmConfig nothing"));
        Assert.DoesNotContain("alpha", Texts("Get-LlmConfig "));
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void A_damaged_store_completes_nothing_and_is_left_as_it_is()
    {
        Run("New-LlmConfig alpha openai");
        Store.Damage();
        var before = Store.Contents();

        Assert.Empty(Texts("Get-LlmConfig alph"));
        Assert.Equal(["LlmConfig"], Texts("Set-LlmConfigStore -DefaultVault L"));
        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void An_unsafe_store_completes_nothing()
    {
        Store.SetVariable("LLMCONFIG_HOME", "relative");

        Assert.Empty(Texts("Get-LlmConfig alph"));
    }

    [Fact]
    public void Completing_writes_nothing_and_shows_no_key()
    {
        Run("New-LlmConfig alpha openai -ApiKey $key", ("key", Secure("sk-one-two-three")));
        var before = Store.Contents();

        IReadOnlyList<CompletionResult> results = Shell.Complete("Get-LlmConfigKey ");

        Assert.All(results, result => Assert.DoesNotContain("sk-one", result.ToolTip + result.CompletionText + result.ListItemText, StringComparison.Ordinal));
        Assert.Contains("https://api.openai.com/v1", Assert.Single(results).ToolTip, StringComparison.Ordinal);
        Assert.Equal(before, Store.Contents());
    }

    private IReadOnlyList<string> Texts(string line) => [.. Shell.Complete(line)
        .Where(result => result.ResultType == CompletionResultType.ParameterValue)
        .Select(result => result.CompletionText)];
}
