namespace LlmConfig.Tests;

/// <summary>Keys and passwords that a person is asked for, unseen.</summary>
public sealed class AskedForTests : EngineTest
{
    private readonly string _file;

    public AskedForTests()
    {
        _file = Path.Combine(Store.Home, "sealed.json");
        Run("New-LlmConfig a openai -ApiKey $key; New-LlmConfig b openai -ApiKey $key", ("key", Secure("sk-test-one")));
        Shell.Host.Clear();
    }

    [Fact]
    public void A_new_key_is_asked_for_of_each_configuration()
    {
        Answer("sk-test-new-a", "sk-test-new-b");

        Run("Get-LlmConfig | Set-LlmConfig -AskApiKey -Model m");

        Assert.Equal(["New API key of 'a' (OpenAI; not shown)", "New API key of 'b' (OpenAI; not shown)"], Shell.Host.Questions);
        Assert.Equal(("sk-test-new-a", "sk-test-new-b", "m"), (KeyOf("a"), KeyOf("b"), Stored("b").Model));
    }

    [Fact]
    public void An_empty_answer_keeps_the_key()
    {
        Answer(string.Empty);

        Assert.Equal("Nothing was typed, so 'a' keeps the key that it has.", Assert.Single(Run("Set-LlmConfig a -AskApiKey").Warnings));
        Assert.Equal("sk-test-one", KeyOf("a"));
    }

    [Fact]
    public void A_key_that_looks_wrong_is_asked_for_again()
    {
        Answer("sk-ant-4711", "sk-test-right");

        Run("Set-LlmConfig a -AskApiKey");

        Assert.Equal("sk-test-right", KeyOf("a"));
        Assert.Equal("That key looks like one of Anthropic, not of OpenAI.\nAPI key (not shown; Enter takes that one all the same)", Shell.Host.Questions[^1]);
    }

    [Theory]
    [InlineData("Set-LlmConfig a -AskApiKey", "Nobody can be asked for the key here.", "-ApiKeyFromFile")]
    [InlineData("Set-LlmConfig a -AskApiKey -ApiKey $key", "A key was given together with -AskApiKey.", "one of the two")]
    [InlineData("Set-LlmConfig a -AskApiKey -RemoveApiKey", "A new key was given together with -RemoveApiKey.", "one of the two")]
    [InlineData("Export-LlmConfig -Path $file -IncludeKey", "Keys leave the store only under a password.", "-Password")]
    public void Where_nobody_answers_it_is_an_error_and_nothing_changes(string script, string problem, string remedy)
    {
        var before = Store.Contents();

        ErrorRecord error = Try(script, ("key", Secure("sk-test-two")), ("file", _file)).RequireError("InvalidKey");

        Assert.Equal(problem, error.ErrorDetails.Message);
        Assert.Contains(remedy, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void The_password_of_an_export_is_asked_for_twice_and_that_of_an_import_once()
    {
        Answer("a good password", "a good password");
        Run("Get-LlmConfig | Export-LlmConfig -Path $file -IncludeKey", ("file", _file));
        Assert.Equal(2, Shell.Host.Questions.Count);

        Answer("a good password");
        Run("Remove-LlmConfig * -Force; Import-LlmConfig $file", ("file", _file));

        Assert.Equal($"'{_file}' is sealed with a password.\nPassword", Shell.Host.Questions[^1]);
        Assert.Equal(("sk-test-one", "sk-test-one"), (KeyOf("a"), KeyOf("b")));
    }

    [Fact]
    public void Two_passwords_that_differ_and_a_wrong_one_are_errors()
    {
        Answer("a good password", "another password");
        Try("Export-LlmConfig -Path $file -IncludeKey", ("file", _file)).RequireError("InvalidKey");
        Assert.False(File.Exists(_file));

        Run("Export-LlmConfig -Path $file -IncludeKey -Password $word", ("file", _file), ("word", Secure("a good password")));
        Answer("a wrong password");
        Try("Import-LlmConfig $file", ("file", _file)).RequireError("VaultLocked");
        Try("Import-LlmConfig $file", ("file", _file)).RequireError("VaultLocked");
    }

    [Theory]
    [InlineData("Rename", "Nothing was changed: all 2 are here already, with the same ids.")]
    [InlineData("Error", "Nothing was changed: all 2 are here already.")]
    public void An_import_that_brings_nothing_new_says_so(string onConflict, string said)
    {
        Run("Export-LlmConfig -Path $file", ("file", _file));

        Assert.Empty(Run("Import-LlmConfig $file -OnConflict " + onConflict, ("file", _file)).Output);

        Assert.Contains(said, Shell.Host.Text, StringComparison.Ordinal);
    }

    private void Answer(params string[] lines) => Array.ForEach(lines, Shell.Host.Lines.Enqueue);
}
