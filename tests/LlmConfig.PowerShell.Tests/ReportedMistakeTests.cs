namespace LlmConfig.Tests;

/// <summary>Mistakes of first users, each of which once had a surprising answer.</summary>
public sealed class ReportedMistakeTests : EngineTest
{
    [Theory]
    [InlineData("Get-LlmConfig '['")]
    [InlineData("Set-LlmConfig 'a[b' -Model m")]
    [InlineData("Remove-LlmConfig '['")]
    [InlineData("Get-LlmProvider '['")]
    public void An_open_bracket_is_a_name_that_is_not_there(string script)
    {
        Run("New-LlmConfig a ollama");

        Try(script).RequireError("NotFound");
    }

    [Fact]
    public void One_new_name_for_several_configurations_changes_none()
    {
        Run("New-LlmConfig a1 ollama");
        Run("New-LlmConfig a2 ollama");

        Try("Set-LlmConfig a* -NewName r").RequireError("DuplicateName");

        Assert.Equal("a1", Stored("a1").Name);
    }

    [Fact]
    public void A_forgotten_variable_for_the_key_is_an_error_and_no_configuration_without_a_key()
    {
        Try("New-LlmConfig ci openai -ApiKeyFromEnvironment $null").RequireError("InvalidKey");
    }

    [Fact]
    public void A_disposed_SecureString_is_InvalidKey()
    {
        System.Security.SecureString key = Secure("sk-test-gone");
        key.Dispose();

        Try("New-LlmConfig ci openai -ApiKey $key", ("key", key)).RequireError("InvalidKey");
    }
}
