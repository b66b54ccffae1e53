namespace LlmConfig.Tests;

public sealed class GetLlmConfigTests : EngineTest
{
    public GetLlmConfigTests()
    {
        Run("New-LlmConfig alpha openai; New-LlmConfig beta anthropic -AsDefault; New-LlmConfig 'b[1]' openai; New-LlmConfig gamma azure-openai -BaseUrl https://g.example.com");
    }

    [Theory]
    [InlineData("Get-LlmConfig", "alpha,beta,b[1],gamma")]
    [InlineData("Get-LlmConfig *A", "alpha,beta,gamma")]
    [InlineData("Get-LlmConfig ?eta", "beta")]
    [InlineData("Get-LlmConfig [ag]*", "alpha,gamma")]
    [InlineData("Get-LlmConfig ALPHA, gamma", "alpha,gamma")]
    [InlineData("Get-LlmConfig 'b[1]'", "b[1]")]
    [InlineData("Get-LlmConfig 'b`[1`]'", "b[1]")]
    [InlineData("Get-LlmConfig 'b`[*'", "b[1]")]
    [InlineData("Get-LlmConfig ' alpha '", "alpha")]
    [InlineData("Get-LlmConfig none*", "")]
    [InlineData("Get-LlmConfig -Default", "beta")]
    [InlineData("Get-LlmConfig -Provider openai", "alpha,b[1]")]
    [InlineData("Get-LlmConfig -Provider *OPENAI", "alpha,b[1],gamma")]
    [InlineData("Get-LlmConfig -Provider anthropic, azure*", "beta,gamma")]
    [InlineData("Get-LlmConfig b* -Provider openai", "b[1]")]
    [InlineData("Get-LlmConfig -Default -Provider openai", "")]
    [InlineData("'alpha', 'b*' | Get-LlmConfig", "alpha,beta,b[1]")]
    [InlineData("Get-LlmConfig | Get-LlmConfig", "alpha,beta,b[1],gamma")]
    public void What_is_asked_for_is_given(string script, string names)
    {
        Assert.Equal(names, string.Join(',', Run(script).Names));
    }

    [Theory]
    [InlineData("Get-LlmConfig -Vault LlmConfig", "other,with")]
    [InlineData("Get-LlmConfig -Vault LLM*", "other,with")]
    [InlineData("Get-LlmConfig -Vault *", "other,with")]
    [InlineData("Get-LlmConfig -Vault Nowhere", "")]
    [InlineData("Get-LlmConfig -Vault Nowhere, llmconfig -Provider anthropic", "other")]
    [InlineData("Get-LlmConfig w* -Vault LlmConfig", "with")]
    [InlineData("Get-LlmConfig -Default -Vault LlmConfig", "")]
    public void A_vault_narrows_to_the_configurations_whose_keys_lie_there(string script, string names)
    {
        Run("New-LlmConfig with openai -ApiKey $one; New-LlmConfig other anthropic -ApiKey $two", ("one", Secure("sk-one")), ("two", Secure("sk-ant-two")));

        Assert.Equal(names, string.Join(',', Run(script).Names));
    }

    [Fact]
    public void A_vault_pattern_that_is_none_is_an_error()
    {
        Run("New-LlmConfig with openai -ApiKey $one", ("one", Secure("sk-one")));

        Assert.Contains("closing bracket", Try("Get-LlmConfig alpha -Vault '[a'").RequireError("NotFound").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_find_configurations()
    {
        Guid[] ids = [Stored("gamma").Id, Stored("alpha").Id];

        Assert.Equal(["gamma", "alpha"], Run("Get-LlmConfig -Id $ids", ("ids", ids)).Names);
    }

    [Fact]
    public void A_literal_name_that_is_not_there_is_an_error_and_the_others_are_given()
    {
        CommandResult result = Try("Get-LlmConfig alpha, nobody, gamma");

        Assert.Equal(["alpha", "gamma"], result.Names);
        Assert.Equal("nobody", result.RequireError("NotFound").TargetObject);
    }

    [Fact]
    public void An_id_that_is_not_there_is_an_error()
    {
        var id = Guid.NewGuid();

        Assert.Equal(id.ToString("D"), Try("Get-LlmConfig -Id $id", ("id", id)).RequireError("NotFound").TargetObject);
    }

    [Fact]
    public void An_escaped_name_that_is_not_there_is_named_without_the_escapes()
    {
        Assert.Equal("no[1]", Try("Get-LlmConfig 'no`[1`]'").RequireError("NotFound").TargetObject);
    }

    [Fact]
    public void A_snapshot_means_its_id_even_when_another_has_its_name_now()
    {
        LlmConfiguration snapshot = Stored("alpha");
        Run("Set-LlmConfig alpha -NewName was-alpha; Set-LlmConfig beta -NewName alpha");

        Assert.Equal(["was-alpha"], Run("$old | Get-LlmConfig", ("old", snapshot)).Names);
        Assert.Equal(["was-alpha"], Run("$old | Get-LlmConfig", ("old", Deserialized(snapshot))).Names);
    }

    [Fact]
    public void Reading_where_there_is_no_store_gives_nothing_and_creates_nothing()
    {
        Directory.Delete(Store.Folder, recursive: true);

        Assert.Empty(Run("Get-LlmConfig; Get-LlmConfig -Default").Output);
        Try("Get-LlmConfig x").RequireError("NotFound");
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void A_damaged_file_is_served_from_its_backup_with_a_warning_that_names_the_repair()
    {
        File.WriteAllText(Store.ConfigFile, "{");

        CommandResult result = Run("Get-LlmConfig alpha");

        Assert.Equal(["alpha"], result.Names);
        Assert.Contains("Repair-LlmConfig", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }
}
