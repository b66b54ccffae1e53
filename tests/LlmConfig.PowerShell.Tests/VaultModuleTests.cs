namespace LlmConfig.Tests;

public sealed class VaultModuleTests : EngineTest
{
    [Theory]
    [InlineData("New-LlmConfig a openai -ApiKey $key -Vault Team")]
    [InlineData("Set-LlmConfigStore -DefaultVault Team")]
    public void A_registered_vault_without_SecretManagement_is_an_error_with_the_command_that_installs_it(string script)
    {
        ErrorRecord error = Try(script, ("key", Secure("sk-one"))).RequireError("SecretManagementMissing");

        Assert.Contains("Install-Module Microsoft.PowerShell.SecretManagement", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("'Team'", error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void A_wrong_vault_is_an_error_also_without_a_key()
    {
        Try("New-LlmConfig a ollama -Vault Team").RequireError("SecretManagementMissing");
        Assert.Null(Run("New-LlmConfig a ollama -Vault LlmConfig").Configuration.Vault);
        Try("Set-LlmConfig a -Vault Team").RequireError("SecretManagementMissing");
    }

    [Theory]
    [InlineData("LlmConfig")]
    [InlineData("llmconfig")]
    [InlineData(" LlmConfig ")]
    [InlineData("")]
    public void The_built_in_vault_needs_no_module(string vault)
    {
        Assert.Equal("LlmConfig", Run("New-LlmConfig a openai -ApiKey $key -Vault $vault", ("key", Secure("sk-one")), ("vault", vault)).Configuration.Vault);
    }
}
