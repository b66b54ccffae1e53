using System.Net;
using System.Security;

namespace LlmConfig.Tests;

public sealed class GetLlmConfigKeyTests : EngineTest
{
    public GetLlmConfigKeyTests()
    {
        Run(
            "New-LlmConfig a openai -ApiKey $one; New-LlmConfig b openai -ApiKey $two -AsDefault; New-LlmConfig 'a[1]' openai -ApiKey $two; New-LlmConfig none ollama",
            ("one", Secure("sk-one")),
            ("two", Secure("sk-two")));
    }

    [Theory]
    [InlineData("Get-LlmConfigKey a", "sk-one")]
    [InlineData("Get-LlmConfigKey", "sk-two")]
    [InlineData("Get-LlmConfigKey 'a[1]'", "sk-two")]
    [InlineData("'A' | Get-LlmConfigKey", "sk-one")]
    [InlineData("Get-LlmConfig a | Get-LlmConfigKey", "sk-one")]
    public void The_key_comes_as_a_read_only_SecureString_or_as_plain_text(string script, string key)
    {
        SecureString secure = Assert.IsType<SecureString>(Assert.Single(Run(script).Output).BaseObject);
        Assert.Equal(key, new NetworkCredential(string.Empty, secure).Password);
        Assert.True(secure.IsReadOnly());

        Assert.Equal(key, Assert.Single(Run(script + " -AsPlainText").Output).BaseObject);
    }

    [Fact]
    public void An_id_finds_the_key()
    {
        Assert.Equal("sk-one", Run("Get-LlmConfigKey -Id $id -AsPlainText", ("id", Stored("a").Id)).Output[0].BaseObject);
        Try("Get-LlmConfigKey -Id $id", ("id", Guid.NewGuid())).RequireError("NotFound");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_snapshot_means_its_own_key_even_when_another_has_its_name_now(bool throughAJob)
    {
        LlmConfiguration old = Stored("a");
        Run("Set-LlmConfig a -NewName was-a; Set-LlmConfig b -NewName a");

        Assert.Equal("sk-one", Run("$old | Get-LlmConfigKey -AsPlainText", ("old", throughAJob ? Deserialized(old) : old)).Output[0].BaseObject);
    }

    [Fact]
    public void A_wildcard_is_a_literal_name_here()
    {
        Try("Get-LlmConfigKey *").RequireError("NotFound");
    }

    [Fact]
    public void A_configuration_without_a_key_and_a_store_without_a_default_are_errors()
    {
        Assert.Equal("none", Try("Get-LlmConfigKey none").RequireError("KeyMissing").TargetObject);

        Run("Set-LlmConfig b -AsDefault:$false");
        ErrorRecord error = Try("Get-LlmConfigKey").RequireError("NotFound");
        Assert.Contains("-AsDefault", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-LlmConfigKey ''")]
    [InlineData("Get-LlmConfigKey $null")]
    public void A_name_that_came_out_empty_is_not_the_default(string script)
    {
        CommandResult result = Try(script);

        Assert.Empty(result.Output);
        Assert.Single(result.Errors);
    }

    [Fact]
    public void A_key_that_its_vault_lost_is_missing()
    {
        foreach (string file in Store.SealedFiles)
        {
            File.Delete(file);
        }

        Assert.Equal("a", Try("Get-LlmConfigKey a").RequireError("KeyMissing").TargetObject);
    }

    [Fact]
    public void One_missing_key_does_not_stop_the_others()
    {
        CommandResult result = Try("'none', 'a' | Get-LlmConfigKey -AsPlainText");

        result.RequireError("KeyMissing");
        Assert.Equal("sk-one", Assert.Single(result.Output).BaseObject);
    }
}
