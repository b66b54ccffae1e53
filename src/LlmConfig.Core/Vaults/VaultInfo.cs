using System.Globalization;

namespace LlmConfig;

/// <summary>A vault of others that a store uses, and what it was found to do.</summary>
/// <param name="Name">The vault's name.</param>
/// <param name="KeyCount">How many configurations have their key in it.</param>
/// <param name="Profile">What it was found to do; <see langword="null"/> while it was not tried.</param>
public sealed record VaultInfo(string Name, int KeyCount, VaultProfile? Profile)
{
    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        string keys = string.Create(CultureInfo.InvariantCulture, $"{ShownText.Of(Name)}: {KeyCount} {(KeyCount == 1 ? "key" : "keys")}");
        return Profile is null
            ? $"{keys}, not tried yet"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{keys}, {ShownText.Of(Profile.Module)}, takes {(Profile.Form == SecretForm.SecureString ? "SecureStrings" : "texts only")}{(Profile.Prefix.Length == 0 ? string.Empty : $" under names with '{Profile.Prefix}'")}, {(Profile.TakesLabels ? "keeps labels" : "keeps no labels")}{(Profile.ListsNames ? string.Empty : ", lists other names")} (tried {Profile.ProbedAt:yyyy-MM-dd} in {Profile.ProbeTime.TotalMilliseconds:0} ms)");
    }
}
