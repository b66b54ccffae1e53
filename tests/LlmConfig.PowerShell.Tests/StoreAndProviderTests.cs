namespace LlmConfig.Tests;

public sealed class StoreAndProviderTests : EngineTest
{
    [Fact]
    public void The_store_is_described_without_being_made()
    {
        StoreInfo info = Info("Get-LlmConfigStore");

        Assert.Equal(Store.Folder, info.Path);
        Assert.Equal("LLMCONFIG_HOME", info.PathReason);
        Assert.False(info.Exists);
        Assert.Equal("LlmConfig", info.DefaultVault);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void Counts_follow_the_changes()
    {
        Run("New-LlmConfig a openai -ApiKey $key -AsDefault", ("key", Secure("sk-one")));

        StoreInfo info = Info("Get-LlmConfigStore");
        Assert.Equal((true, 1, "a", Store.Revision, 0), (info.Exists, info.ConfigurationCount, info.DefaultConfiguration, info.Revision, info.PendingChanges));
        Assert.Equal("KeyFile", info.Protector);
        Assert.Equal("Ready", info.ProtectorState);
    }

    [Fact]
    public void A_default_vault_is_kept_and_forgotten()
    {
        Assert.Empty(Run("Set-LlmConfigStore -DefaultVault llmconfig").Output);
        Assert.Equal("LlmConfig", Info("Get-LlmConfigStore").DefaultVault);
        string reason = Info("Get-LlmConfigStore").DefaultVaultReason;

        Assert.NotEqual(reason, Info("Set-LlmConfigStore -DefaultVault '' -PassThru").DefaultVaultReason);
        Assert.Equal(reason, Info("Set-LlmConfigStore -DefaultVault LlmConfig -PassThru").DefaultVaultReason);
        Assert.NotEqual(reason, Info("Set-LlmConfigStore -DefaultVault $null -PassThru").DefaultVaultReason);
    }

    [Fact]
    public void A_protector_makes_the_vault_and_keeps_it()
    {
        Assert.Equal("KeyFile", Info("Set-LlmConfigStore -Protector KeyFile -PassThru").Protector);

        Run("New-LlmConfig a openai -ApiKey $key; Set-LlmConfigStore -Protector KeyFile", ("key", Secure("sk-one")));
        Assert.Equal("sk-one", KeyOf("a"));
    }

    [Fact]
    public void A_new_master_key_keeps_every_key_readable()
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        string before = File.ReadAllText(Path.Combine(Store.Folder, "vault", "vault.json"));

        Assert.Empty(Run("Set-LlmConfigStore -RotateMasterKey").Output);

        Assert.NotEqual(before, File.ReadAllText(Path.Combine(Store.Folder, "vault", "vault.json")));
        Assert.Equal("sk-one", KeyOf("a"));
    }

    [Fact]
    public void A_passphrase_holds_until_the_store_is_locked()
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        Run("Set-LlmConfigStore -Protector Passphrase -Passphrase $word", ("word", Secure("correct horse 1")));
        Assert.Equal("sk-one", KeyOf("a"));

        Run("Lock-LlmConfigStore");
        Assert.Equal("Locked", Info("Get-LlmConfigStore").ProtectorState);
        Try("Get-LlmConfigKey a").RequireError("VaultLocked");
        Try("Unlock-LlmConfigStore $word", ("word", Secure("battery staple 2"))).RequireError("VaultLocked");
        Try("Unlock-LlmConfigStore 'correct horse 1'").RequireError("InvalidKey");
        Try("Unlock-LlmConfigStore").RequireError("VaultLocked");

        Run("Unlock-LlmConfigStore $word -For 1:00", ("word", Secure("correct horse 1")));
        Assert.Equal("sk-one", KeyOf("a"));
        Run("Lock-LlmConfigStore");
    }

    [Fact]
    public void A_protector_of_another_system_is_refused_and_nothing_changes()
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        var before = Store.Contents();
        string foreign = OperatingSystem.IsMacOS() ? "Dpapi" : "Keychain";

        Try($"Set-LlmConfigStore -Protector {foreign}").RequireError("VaultUnavailable");

        Assert.Equal(before, Store.Contents());
    }

    [Theory]
    [InlineData("Get-LlmProvider OpenAI", "openai")]
    [InlineData("Get-LlmProvider *openai*", "openai,azure-openai,openai-compatible")]
    [InlineData("'groq', 'x?i' | Get-LlmProvider", "groq,xai")]
    [InlineData("Get-LlmProvider none*", "")]
    public void Providers_are_found_by_id_and_pattern(string script, string ids)
    {
        Assert.Equal(ids, string.Join(',', Run(script).Output.Select(item => Assert.IsType<LlmProvider>(item.BaseObject).Id)));
    }

    [Fact]
    public void The_catalogue_has_all_twenty_and_touches_no_store()
    {
        Assert.Equal(20, Run("Get-LlmProvider").Output.Count);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void A_configuration_leads_to_its_provider()
    {
        Assert.Equal("openai", ((LlmProvider)Run("New-LlmConfig a openai | Get-LlmProvider").Output[0].BaseObject).Id);
    }

    [Fact]
    public void A_provider_that_is_nearly_right_is_suggested()
    {
        Assert.Contains("'openai'", Try("Get-LlmProvider opnai").RequireError("UnknownProvider").ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    private StoreInfo Info(string script) => Assert.IsType<StoreInfo>(Assert.Single(Run(script).Output).BaseObject);
}
