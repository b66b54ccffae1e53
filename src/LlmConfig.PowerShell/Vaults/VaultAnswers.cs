using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>
/// What the errors of vaults mean. SecretManagement has a type for a locked vault, which few extensions use: the others say it in
/// words, or hand on the words of the program behind them. One table for all of them; what is not in it is a failure like any other.
/// </summary>
internal static partial class VaultAnswers
{
    // How a vault is unlocked, by a part of its module's name; the first that fits. What is not here has SecretManagement's own way.
    private static readonly (string Module, string Remedy)[] Remedies =
    [
        ("1Password", "Sign in with: op signin"),
        ("Warden", "Unlock it with: bw unlock, and set BW_SESSION to what that prints"),
        ("LastPass", "Sign in with: lpass login"),
        ("Keybase", "Sign in with: keybase login"),
        ("KeyVault", "Sign in with Connect-AzAccount"),
        ("Hashicorp", "Sign in with: vault login, or set VAULT_TOKEN"),
        ("HcVault", "Sign in with: vault login, or set VAULT_TOKEN"),
        ("AWS", "Sign in with: aws sso login, or set AWS_PROFILE"),
        ("Keyring", "Unlock the keyring of the desktop session"),
        ("Sops", "Make the key of sops available (SOPS_AGE_KEY_FILE, gpg-agent)"),
    ];

    /// <summary>True for the words of a vault that has to be unlocked or signed in to first.</summary>
    public static bool IsLocked(string text) => Locked().IsMatch(text);

    /// <summary>True for the words of a failure that may pass by itself before anything was done: too many requests.</summary>
    public static bool IsThrottled(string text) => Throttled().IsMatch(text);

    /// <summary>True for the words of a failure that may pass by itself, before or after something was done.</summary>
    public static bool MayPass(string text) => IsThrottled(text) || Passing().IsMatch(text);

    /// <summary>True for the words of a vault that was asked, and has no such secret.</summary>
    public static bool IsNotFound(string text) => NotFound().IsMatch(text);

    /// <summary>What to do about a locked vault.</summary>
    public static string Unlocking(VaultRegistration vault)
    {
        string remedy = Remedies.FirstOrDefault(entry => vault.ModuleName.Contains(entry.Module, StringComparison.OrdinalIgnoreCase)).Remedy
            ?? $"Unlock it with Unlock-SecretVault -Name '{DisplayText.Of(vault.Name)}'";
        return $"{remedy}. Then run the command again.";
    }

    [GeneratedRegex(
        @"\b(is|are|was) locked\b|not (currently )?(logged|signed) in|(signed|logged) out|(log|sign) ?in (first|again|to)|please (log|sign) ?in|session (has |is )?(expired|invalid)|no (active|valid) session|unauthenticated|unauthori[sz]ed|\b401\b|(must|need to) (log|sign) ?in|login required|connect-azaccount|token (has |is )?(expired|invalid|missing)|missing client token|vault is sealed|""permission denied""|master password|not unlocked|Test-SecretVault returned false|unlock (the|your|it)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Locked();

    [GeneratedRegex(@"\b429\b|too ?many ?requests|throttl|rate.?limit", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Throttled();

    [GeneratedRegex(
        @"timed? ?-?out|temporar|try again|\b50[234]\b|bad gateway|service unavailable|connection (was |has been )?(reset|closed|aborted)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Passing();

    // The last two are Hashicorp's server's: of a path that never was, and of one that was removed.
    [GeneratedRegex(
        @"\b(secret|item|entry|record|key|password|credential|parameter)\b.{0,100}(not found|does ?n.t exist|does not exist)|(could not|cannot|can't|couldn't) find (the |a |any )?(specified )?(secret|item|entry|record|account)|no (such |keepass )?(secret|item|entry|record)\b|isn't an item|ResourceNotFoundException|SecretNotFound|""errors"": *\[ *\]|""deletion_time"": *""[^""]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotFound();
}
