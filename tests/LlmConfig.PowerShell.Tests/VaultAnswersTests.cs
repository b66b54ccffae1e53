namespace LlmConfig.Tests;

/// <summary>What vaults said when they were run: locked, busy, or without the secret.</summary>
public sealed class VaultAnswersTests
{
    [Theory]
    [InlineData("1Password", "An arror occurred while trying to delete the secret 'x' in 1Password: You are not currently signed in. Please run `op signin --help` for instructions", "op signin")]
    [InlineData("1Password", "error initializing client: connecting to desktop app: 1Password is locked", "op signin")]
    [InlineData("SecretManagement.Warden", "The running command stopped because the preference variable is set to Stop: Vault is locked.", "bw unlock")]
    [InlineData("SecretManagement.LastPass", "Error: Could not find decryption key. Perhaps you need to login with `lpass login`.", "lpass login")]
    [InlineData("SecretManagement.Keybase", "Login required", "keybase login")]
    [InlineData("Az.KeyVault", "To use test Azure vault, the current user must be logged into Azure account subscription. Run 'Connect-AzAccount -SubscriptionId sub1'.", "Connect-AzAccount")]
    [InlineData("SecretManagement.Hashicorp.Vault.KV", "Unlocking vault 'Vault' failed with error: Received an error: { \"errors\": [ \"permission denied\" ] }", "vault login")]
    [InlineData("SecretManagement.Hashicorp.Vault.KV", "{\"errors\":[\"Vault is sealed\"]}", "vault login")]
    [InlineData("SecretManagement.KeePass", "There appears to be an issue with the vault (Test-SecretVault returned false)", "Unlock-SecretVault -Name 'Team'")]
    public void A_locked_vault_is_known_by_its_words_and_the_remedy_is_its_own(string module, string said, string remedy)
    {
        Assert.True(VaultAnswers.IsLocked(said));
        Assert.False(VaultAnswers.IsNotFound(said));
        Assert.Contains(remedy, VaultAnswers.Unlocking(new VaultRegistration("Team", module, string.Empty, false)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[ERROR] 2026/01/01 12:00:00 \"x\" isn't an item in the \"Keys\" vault. Specify the item with its UUID, name, or domain.")]
    [InlineData("Operation returned an invalid status code 'NotFound'. Code: SecretNotFound. Message: A secret with (name/id) x was not found in this key vault.")]
    [InlineData("Unable to get secret x from vault Vault <- Secret x not found in vault Vault, sorry!")]
    [InlineData("Secret x doesn't exist to remove.")]
    [InlineData("Error: Could not find specified account(s).")]
    [InlineData("Unable to remove secret x from vault Vault <- Vault Vault: No Keepass Entry named x found")]
    [InlineData("Received an error: { \"errors\": [] }")]
    [InlineData("Received an error: {\"data\":{\"data\":null,\"metadata\":{\"deletion_time\":\"2026-01-01T00:00:00Z\"}}}")]
    public void A_vault_that_has_no_such_secret_is_known_by_its_words(string said)
    {
        Assert.True(VaultAnswers.IsNotFound(said));
        Assert.False(VaultAnswers.IsLocked(said));
    }

    [Theory]
    [InlineData("Operation returned an invalid status code 'TooManyRequests'", true)]
    [InlineData("Too many requests. Your client has been rate-limited. Try again in 600 seconds", true)]
    [InlineData("HTTP 429", true)]
    [InlineData("The operation has timed out.", false)]
    [InlineData("503 Service Unavailable", false)]
    public void A_failure_that_may_pass_is_known_by_its_words(string said, bool isThrottled) =>
        Assert.Equal((isThrottled, true), (VaultAnswers.IsThrottled(said), VaultAnswers.MayPass(said)));

    [Theory]
    [InlineData("The term 'op' is not recognized as a name of a cmdlet, function, script file, or executable program.")]
    [InlineData("bw: command not found")]
    [InlineData("dial tcp: lookup my.example.com: no such host")]
    [InlineData("Received an error: {\"data\":{\"metadata\":{\"deletion_time\":\"\"}}}")]
    [InlineData("The file is damaged.")]
    public void Any_other_failure_is_neither(string said) =>
        Assert.Equal((false, false, false), (VaultAnswers.IsLocked(said), VaultAnswers.IsNotFound(said), VaultAnswers.MayPass(said)));
}
