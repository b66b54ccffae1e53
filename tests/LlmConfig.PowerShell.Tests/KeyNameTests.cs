namespace LlmConfig.Tests;

/// <summary>-KeyName: a secret that somebody else keeps in a vault, which a stand-in of SecretManagement plays.</summary>
public sealed class KeyNameTests : EngineTest
{
    private const string Secret = "MyOpenAI";
    private const string Key = "sk-test-canary-0123456789";

    private readonly StandIn _vault;

    public KeyNameTests()
    {
        _vault = new StandIn(Store);
        _vault.Secrets[Secret] = Key;
        Run("Set-LlmConfigStore -Protector KeyFile");
    }

    protected override void Dispose(bool disposing)
    {
        _vault.Dispose();
        base.Dispose(disposing);
    }

    [Fact]
    public void A_configuration_refers_to_a_secret_reads_it_at_each_use_and_never_writes_it()
    {
        CommandResult result = Run("New-LlmConfig work openai -KeyName MyOpenAI -Vault team -Verbose");

        Assert.Equal((Secret, "Team"), (result.Configuration.KeyName, result.Configuration.Vault));
        Assert.Contains(result.Talk, line => line.Contains("its key is the secret 'MyOpenAI' of the vault 'Team', which is only read.", StringComparison.Ordinal));
        Assert.Single(_vault.Calls, call => call.Command == "Get-Secret");
        Assert.Equal(Key, KeyOf("work"));
        _vault.Secrets[Secret] = "sk-test-rotated";
        Assert.Equal("sk-test-rotated", KeyOf("work"));
        Assert.Equal("sk-test-rotated", Run("Use-LlmConfig work { $env:OPENAI_API_KEY }").Output[0].ToString());
        Run("Set-LlmConfig work -NewName job -Model m; Set-LlmConfigStore -RotateMasterKey; Repair-LlmConfig -Force; Remove-LlmConfig job");
        AssertUntouched("sk-test-rotated");
    }

    [Theory]
    [InlineData("New-LlmConfig work openai -KeyName MyOpenAl -Vault Team", "KeyMissing", "Did you mean 'MyOpenAI'?")]
    [InlineData("New-LlmConfig work openai -KeyName MyOpenA -Vault Team", "KeyMissing", "Did you mean 'MyOpenAI'?")]
    [InlineData("New-LlmConfig work openai -KeyName MyOpenAI -Vault Teem", "VaultNotFound", "")]
    [InlineData("New-LlmConfig work openai -KeyName MyOpenAI -Vault Team -ApiKey $key", "InvalidArgument", "-KeyName")]
    [InlineData("New-LlmConfig work openai -KeyName llm-api-key-00112233445566778899aabbccddeeff -Vault Team", "InvalidName", "-KeyName")]
    public void What_cannot_be_meant_is_an_error_and_makes_nothing(string script, string code, string remedy)
    {
        ErrorRecord error = Try(script, ("key", Secure("sk-test-own"))).RequireError(code);

        Assert.Contains(remedy, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Run("Get-LlmConfig").Output);
        AssertUntouched();
    }

    [Fact]
    public void Columns_of_what_is_piped_in_name_secrets_and_an_empty_cell_names_none()
    {
        CommandResult result = Run(
            "$rows | New-LlmConfig",
            ("rows", new[] { Row(("Name", "a"), ("Provider", "openai"), ("KeyName", Secret), ("Vault", "Team")), Row(("Name", "b"), ("Provider", "ollama"), ("KeyName", ""), ("Vault", "")) }));

        Assert.Equal([Secret, null], result.Configurations.Select(item => item.KeyName));
        Assert.Equal(Secret, Run("Get-LlmConfig a | Set-LlmConfig -Model m -PassThru").Configuration.KeyName);
    }

    [Fact]
    public void Set_changes_between_a_key_of_its_own_and_a_secret_and_says_what_becomes_of_each()
    {
        Run("New-LlmConfig work openai -ApiKey $key -Vault Team", ("key", Secure("sk-test-own")));
        Assert.Equal(2, _vault.Secrets.Count);
        Shell.Host.Clear();

        Run("Set-LlmConfig work -KeyName MyOpenAI -WhatIf");
        Assert.Contains("the secret 'MyOpenAI' in place of its key, which is removed from the vault 'Team'", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Equal((Secret, "Team"), Run("Set-LlmConfig work -KeyName MyOpenAI -PassThru").Configuration is var named ? (named.KeyName, named.Vault) : default);
        AssertUntouched(exactly: true);

        Assert.Contains("give", Try("Set-LlmConfig work -Vault LlmConfig").RequireError("InvalidArgument").ErrorDetails.RecommendedAction, StringComparison.OrdinalIgnoreCase);
        Shell.Host.Clear();
        Run("Set-LlmConfig work -ApiKey $key -WhatIf", ("key", Secure("sk-test-own")));
        Assert.Contains("a new key in place of the secret 'MyOpenAI' of the vault 'Team', which stays", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Equal((null, "LlmConfig"), Run("Set-LlmConfig work -ApiKey $key -PassThru", ("key", Secure("sk-test-own"))).Configuration is var own ? (own.KeyName, own.Vault) : default);
        AssertUntouched(exactly: true);
        Run("Set-LlmConfig work -KeyName MyOpenAI -Vault Team; Set-LlmConfig work -RemoveApiKey");
        AssertUntouched(exactly: true);
    }

    [Fact]
    public void Remove_says_that_the_secret_stays()
    {
        Run("New-LlmConfig work openai -KeyName MyOpenAI -Vault Team");
        Shell.Host.Clear();

        Run("Remove-LlmConfig work -WhatIf; Remove-LlmConfig work");

        Assert.Contains("leave its key, the secret 'MyOpenAI', in the vault 'Team'", Shell.Host.Text, StringComparison.Ordinal);
        AssertUntouched(exactly: true);
    }

    [Fact]
    public void Test_reads_the_secret()
    {
        Run("New-LlmConfig work openai -KeyName MyOpenAI -Vault Team");
        Assert.True((bool)Run("Test-LlmConfig -Quiet").Output[0].BaseObject);

        _vault.Secrets.Remove("MyOpenAI");
        _vault.Secrets["another"] = "not-a-key";
        Assert.False((bool)Run("Test-LlmConfig -Quiet").Output[0].BaseObject);
        Assert.Equal("KeyMissing", Try("Get-LlmConfigKey work").RequireError("KeyMissing").FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public void A_doubt_about_the_secret_is_a_warning_and_the_secret_is_nowhere_in_what_is_said()
    {
        _vault.Secrets[Secret] = "sk-ant-api03-" + new string('k', 40) + "7Q";

        CommandResult result = Run("New-LlmConfig work openai -KeyName MyOpenAI -Vault Team -Verbose");

        Assert.Contains(result.Warnings, text => text.Contains("looks like one of Anthropic", StringComparison.Ordinal));
        Assert.DoesNotContain("sk-ant-api03", Leaks.Text(result, Shell.Host), StringComparison.Ordinal);
    }

    [Fact]
    public void Import_makes_configurations_of_the_secrets_that_match()
    {
        _vault.Secrets["team openai"] = "sk-test-two";
        _vault.Secrets["Database"] = "not-a-key";
        Run("New-LlmConfig own openai -ApiKey $key -Vault Team", ("key", Secure("sk-test-own")));
        Shell.Host.Clear();

        Assert.Empty(Run("Import-LlmConfig -FromVault Team -Secret *openai* -WhatIf").Output);
        Assert.Contains("Import LLM configuration (the secret 'MyOpenAI' of the vault 'Team'): openai at https://api.openai.com/v1", Shell.Host.Text, StringComparison.Ordinal);
        CommandResult made = Run("Import-LlmConfig -FromVault Team -Secret *openai*");

        Assert.Equal(["MyOpenAI", "team openai"], made.Names);
        Assert.All(made.Configurations, item => Assert.Equal((item.Name, "Team", "openai"), (item.KeyName, item.Vault, item.Provider)));
        Assert.Empty(Run("Import-LlmConfig -FromVault Team -Secret *openai*").Output);
        Assert.Equal(4, _vault.Secrets.Count);
        AssertUntouched();
    }

    [Fact]
    public void Import_asks_for_the_provider_where_it_cannot_tell_and_Enter_leaves_a_secret_out()
    {
        _vault.Secrets["one"] = "made-up-key-of-nobody";
        _vault.Secrets["two"] = "made-up-key-of-nobody";
        Shell.Host.Lines.Enqueue("groq");
        Shell.Host.Lines.Enqueue("");

        CommandResult made = Run("Import-LlmConfig -FromVault Team -Secret one, two");

        Assert.Equal(("one", "groq"), (made.Configuration.Name, made.Configuration.Provider));
        Assert.Contains("Provider of 'two'", Shell.Host.Questions[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Import_where_nobody_answers_takes_the_provider_for_all()
    {
        _vault.Secrets["one"] = "made-up-key-of-nobody";

        ErrorRecord error = Try("Import-LlmConfig -FromVault Team -Secret o*").RequireError("UnknownProvider");
        Assert.Contains("-Provider", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("groq", Run("Import-LlmConfig -FromVault Team -Secret o* -Provider groq").Configuration.Provider);
        Try("Import-LlmConfig -FromVault Team -Secret o* -Provider groq, openai").RequireError("InvalidArgument");
        Try("Import-LlmConfig -FromVault Team -Secret three").RequireError("NotFound");
        Assert.Contains("has such a name", Assert.Single(Run("Import-LlmConfig -FromVault Team -Secret x*").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Import_treats_a_name_that_is_taken_as_any_import_does()
    {
        Run("New-LlmConfig MyOpenAI ollama");

        Try("Import-LlmConfig -FromVault Team -Secret *").RequireError("DuplicateName");
        Assert.Equal("MyOpenAI (2)", Run("Import-LlmConfig -FromVault Team -Secret * -OnConflict Rename").Configuration.Name);
    }

    [Fact]
    public void Names_of_secrets_complete_for_the_built_in_vault_alone_and_ask_nobody()
    {
        Run("New-LlmConfig own openai -ApiKey $key", ("key", Secure("sk-test-own")));
        using (var built = new SecretVault(StoreFolder.At(Store.Folder)))
        using (VaultSecret secret = VaultSecret.From(Secure("sk-test-mine")))
        {
            built.Write("My key", secret);
        }

        _vault.Calls.Clear();

        Assert.Equal(["'My key'"], Texts("New-LlmConfig work openai -Vault LlmConfig -KeyName "));
        Assert.Equal(["'My key'"], Texts("Set-LlmConfig own -Vault llmconfig -KeyName m"));
        Assert.Equal(["'My key'"], Texts("Import-LlmConfig -FromVault LlmConfig -Secret "));
        Assert.Empty(Texts("New-LlmConfig work openai -Vault Team -KeyName "));
        Assert.Empty(Texts("New-LlmConfig work openai -KeyName "));
        Assert.Empty(_vault.Calls);
        Assert.Equal("My key", Run("New-LlmConfig work openai -Vault LlmConfig -KeyName 'My key'").Configuration.KeyName);
        Assert.Equal("sk-test-mine", KeyOf("work"));
    }

    private IReadOnlyList<string> Texts(string line) => [.. Shell.Complete(line)
        .Where(result => result.ResultType == CompletionResultType.ParameterValue)
        .Select(result => result.CompletionText)];

    // Neither written nor labelled nor removed.
    private void AssertUntouched(string value = Key, bool exactly = false)
    {
        Assert.Equal(value, _vault.Secrets[Secret]);
        Assert.False(_vault.Metadata.ContainsKey(Secret));
        Assert.DoesNotContain(_vault.Calls, call => call.Command is ("Set-Secret" or "Set-SecretInfo" or "Remove-Secret") && Secret.Equals(call.Parameters["Name"] as string, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(Store.Intents);
        if (exactly)
        {
            Assert.Single(_vault.Secrets);
        }
    }
}
