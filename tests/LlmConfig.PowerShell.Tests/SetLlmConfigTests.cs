namespace LlmConfig.Tests;

public sealed class SetLlmConfigTests : EngineTest
{
    public SetLlmConfigTests()
    {
        Run(
            "New-LlmConfig a openai -ApiKey $key -Model m -BaseUrl https://a.example.com/v1; New-LlmConfig b anthropic -Model m2 -BaseUrl https://b.example.com",
            ("key", Secure("sk-old")));
    }

    [Fact]
    public void Nothing_is_written_out_without_PassThru_and_the_new_state_with_it()
    {
        Assert.Empty(Run("Set-LlmConfig a -Model m3").Output);

        LlmConfiguration after = Run("Set-LlmConfig a -Model m4 -PassThru").Configuration;
        Assert.Equal("m4", after.Model);
        Assert.Equal(after, Stored("a"));
    }

    [Fact]
    public void Only_what_is_given_changes()
    {
        LlmConfiguration before = Stored("a");

        Run("Set-LlmConfig a -NewName A2");

        Assert.Equal(before with { Name = "A2", UpdatedAt = Stored("A2").UpdatedAt }, Stored("A2"));
    }

    [Fact]
    public void Every_setting_can_be_changed()
    {
        LlmConfiguration after = Run(
            "Set-LlmConfig b -NewName c -Provider google -ApiKey $key -BaseUrl http://10.0.0.1/v1 -AllowInsecureBaseUrl -UseAuthHeader $true -Model m9 -Vault LlmConfig -AsDefault -PassThru",
            ("key", Secure("sk-new"))).Configuration;

        Assert.Equal(("c", "google", "http://10.0.0.1/v1", true, "m9", "LlmConfig", true), (after.Name, after.Provider, after.BaseUrl, after.UseAuthHeader, after.Model, after.Vault, after.IsDefault));
        Assert.Equal("sk-new", KeyOf("c"));
    }

    [Theory]
    [InlineData("''")]
    [InlineData("' '")]
    [InlineData("$null")]
    public void An_empty_text_clears_the_model_and_the_base_url(string empty)
    {
        Run($"Set-LlmConfig b -Model {empty} -BaseUrl {empty}");

        Assert.Null(Stored("b").Model);
        Assert.Equal("https://api.anthropic.com", Stored("b").BaseUrl);
    }

    [Fact]
    public void A_setting_of_one_record_does_not_stick_to_the_next()
    {
        object[] rows =
        [
            Row(("Name", "a"), ("Model", "x"), ("BaseUrl", "https://a.example.com/v2"), ("UseAuthHeader", "false"), ("ApiKey", Secure("sk-new"))),
            Row(("Name", "b")),
        ];

        LlmConfiguration before = Stored("b");
        Run("$rows | Set-LlmConfig", ("rows", rows));

        Assert.Equal(before, Stored("b"));
        Assert.Equal("x", Stored("a").Model);
        Assert.False(Stored("a").UseAuthHeader);
        Assert.Equal("sk-new", KeyOf("a"));
    }

    [Fact]
    public void A_setting_on_the_command_line_holds_for_all_records()
    {
        Run("'a', 'b' | Set-LlmConfig -Model same");

        Assert.Equal("same", Stored("a").Model);
        Assert.Equal("same", Stored("b").Model);
    }

    [Fact]
    public void Many_changes_are_one_commit()
    {
        long before = Store.Revision;

        Run("Get-LlmConfig | Set-LlmConfig -Model same");

        Assert.Equal(before + 1, Store.Revision);
    }

    [Fact]
    public void A_change_that_changes_nothing_commits_nothing()
    {
        var before = Store.Contents();

        Run("Set-LlmConfig a -Model m -Provider openai -NewName a");

        Assert.Equal(before, Store.Contents());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_old_snapshot_never_writes_old_settings_back(bool throughAJob)
    {
        LlmConfiguration old = Stored("a");
        object piped = throughAJob ? Deserialized(old) : old;
        Run("Set-LlmConfig a -NewName renamed -Provider groq -Model newer -BaseUrl https://a.example.com/new -UseAuthHeader $false -AsDefault");
        LlmConfiguration before = Stored("renamed");

        Run("$old | Set-LlmConfig -Model newest", ("old", piped));

        Assert.Equal(before with { Model = "newest", UpdatedAt = Stored("renamed").UpdatedAt }, Stored("renamed"));
    }

    [Fact]
    public void A_snapshot_among_rows_takes_no_settings_from_them()
    {
        object[] mixed = [Row(("Name", "b"), ("Model", "from-row")), Stored("a"), Deserialized(Stored("a"))];
        LlmConfiguration before = Stored("a");

        Run("$mixed | Set-LlmConfig", ("mixed", mixed));

        Assert.Equal(before, Stored("a"));
        Assert.Equal("from-row", Stored("b").Model);
    }

    [Fact]
    public void A_snapshot_of_a_removed_configuration_is_not_found()
    {
        LlmConfiguration old = Stored("b");
        Run("Remove-LlmConfig b; New-LlmConfig b openai");

        Try("$old | Set-LlmConfig -Model x", ("old", old)).RequireError("NotFound");
        Try("$old | Set-LlmConfig -Model x", ("old", Deserialized(old))).RequireError("NotFound");
        Assert.Null(Stored("b").Model);
    }

    [Fact]
    public void An_id_names_a_configuration()
    {
        Run("Set-LlmConfig -Id $id -Model by-id", ("id", Stored("b").Id));

        Assert.Equal("by-id", Stored("b").Model);
        Try("Set-LlmConfig -Id $id -Model x", ("id", Guid.NewGuid())).RequireError("NotFound");
    }

    [Fact]
    public void A_rotated_key_replaces_the_old_one_and_its_file()
    {
        string before = Assert.Single(Store.SealedFiles);

        Run("Set-LlmConfig a -ApiKey $key", ("key", Secure("sk-new")));

        Assert.Equal("sk-new", KeyOf("a"));
        Assert.NotEqual(before, Assert.Single(Store.SealedFiles));
    }

    [Fact]
    public void A_key_comes_from_an_environment_variable()
    {
        Store.SetVariable("LLMCONFIG_TEST_KEY", "sk-from-variable");

        Run("Set-LlmConfig a -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY");

        Assert.Equal("sk-from-variable", KeyOf("a"));
    }

    [Fact]
    public void RemoveApiKey_takes_the_key_and_leaves_the_configuration()
    {
        Run("Set-LlmConfig a -RemoveApiKey");

        Assert.Null(Stored("a").Vault);
        Assert.Empty(Store.SealedFiles);
    }

    [Fact]
    public void RemoveApiKey_beside_a_new_key_is_refused()
    {
        var before = Store.Contents();

        Try("Set-LlmConfig a -RemoveApiKey -ApiKey $key", ("key", Secure("sk-new"))).RequireError("InvalidKey");

        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void The_default_can_be_set_and_unset_and_stays_when_not_mentioned()
    {
        Run("Set-LlmConfig a -AsDefault");
        Assert.Equal(["a"], Run("Get-LlmConfig -Default").Names);

        Run("Set-LlmConfig a -Model x; Set-LlmConfig b -AsDefault:$false");
        Assert.Equal(["a"], Run("Get-LlmConfig -Default").Names);

        Run("Set-LlmConfig a -AsDefault:$false");
        Assert.Empty(Run("Get-LlmConfig -Default").Output);
    }

    [Fact]
    public void A_bad_record_does_not_stop_the_others()
    {
        object[] rows = [Row(("Name", "a"), ("NewName", "b")), Row(("Name", "nobody"), ("Model", "x")), Row(("Name", "b"), ("Model", "good"))];

        CommandResult result = Try("$rows | Set-LlmConfig -PassThru", ("rows", rows));

        Assert.Equal(["b"], result.Names);
        Assert.Equal(
            ["DuplicateName", "NotFound"],
            result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_wildcard_without_a_match_changes_nothing()
    {
        var before = Store.Contents();

        Run("Set-LlmConfig none* -Model x");

        Assert.Equal(before, Store.Contents());
    }
}
