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
