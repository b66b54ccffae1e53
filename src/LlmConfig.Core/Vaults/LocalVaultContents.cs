namespace LlmConfig;

/// <summary>What a look at all files of the built-in vault found.</summary>
/// <param name="Entries">The keys that open.</param>
/// <param name="Damaged">The files that do not, with the reason as a full sentence.</param>
/// <param name="Refused">The first file that was no damage but a refusal (a link, another user's), where there is one.</param>
internal sealed record LocalVaultContents(
    IReadOnlyList<KeyVaultEntry> Entries, IReadOnlyDictionary<string, string> Damaged, LlmConfigException? Refused);
