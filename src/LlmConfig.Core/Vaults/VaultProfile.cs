using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LlmConfig;

/// <summary>
/// What a vault does with a secret, as a throwaway one showed before the vault got its first key: it was written, read back, listed,
/// removed and looked for again. Kept in <c>llm_config.json</c>.
/// </summary>
public sealed record VaultProfile
{
    internal const string True = "true";
    internal const string False = "false";

    // The names of the properties, as docs/file-formats.md gives them.
    private const string ModuleName = "module";
    private const string FormName = "form";
    private const string PrefixName = "prefix";
    private const string LabelsName = "labels";
    private const string NamesName = "names";
    private const string ProbedName = "probedAt";
    private const string TimeName = "milliseconds";

    /// <summary>The module that serves the vault and its version: with another one, the vault is tried anew.</summary>
    public required string Module { get; init; }

    /// <summary>In which form it takes a key.</summary>
    public SecretForm Form { get; init; }

    /// <summary>What its names have to begin with, such as <c>/</c>; empty for nothing.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>True when it keeps a label beside a key and gives the key back unchanged.</summary>
    public bool TakesLabels { get; init; }

    /// <summary>True when its list shows secrets under the names that they were given: where it does not, only reading tells what is there.</summary>
    public bool ListsNames { get; init; }

    /// <summary>When it was tried, in UTC, to the millisecond.</summary>
    public required DateTime ProbedAt { get; init; }

    /// <summary>How long that took, to the millisecond.</summary>
    public TimeSpan ProbeTime { get; init; }

    internal JsonExtras Extras { get; init; } = JsonExtras.None;

    /// <summary>The profile as names and texts; what is empty is left out.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToProperties() =>
    [
        new(ModuleName, Module),
        new(FormName, Form.ToString()),
        .. Prefix.Length == 0 ? Array.Empty<KeyValuePair<string, string>>() : [new(PrefixName, Prefix)],
        new(LabelsName, Text(TakesLabels)),
        new(NamesName, Text(ListsNames)),
        new(ProbedName, ConfigDocumentWriter.Time(ProbedAt)),
        new(TimeName, ((long)ProbeTime.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>Reads what <see cref="ToProperties"/> gave; what it does not know is skipped.</summary>
    /// <param name="properties">The names and texts.</param>
    /// <returns><see langword="null"/> where something is missing or breaks the rules.</returns>
    public static VaultProfile? TryFrom(IReadOnlyDictionary<string, string> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        return properties.TryGetValue(ModuleName, out string? module)
        && Enum.TryParse(properties.GetValueOrDefault(FormName), out SecretForm form) && Enum.IsDefined(form)
        && (properties.GetValueOrDefault(PrefixName) ?? string.Empty) is ("" or "/") and var prefix
        && TryRead(properties.GetValueOrDefault(LabelsName), out bool labels)
        && TryRead(properties.GetValueOrDefault(NamesName), out bool names)
        && DateTime.TryParseExact(
            properties.GetValueOrDefault(ProbedName), "yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime probed)
        && int.TryParse(properties.GetValueOrDefault(TimeName), NumberStyles.None, CultureInfo.InvariantCulture, out int time)
            ? new VaultProfile
            {
                Module = module,
                Form = form,
                Prefix = prefix,
                TakesLabels = labels,
                ListsNames = names,
                ProbedAt = probed,
                ProbeTime = TimeSpan.FromMilliseconds(time),
            }
            : null;
    }

    private static string Text(bool value) => value ? True : False;

    private static bool TryRead([NotNullWhen(true)] string? text, out bool value)
    {
        value = text == True;
        return text is True or False;
    }
}

/// <summary>In which form a vault takes a secret.</summary>
public enum SecretForm
{
    /// <summary>A SecureString: never a text on the managed heap.</summary>
    SecureString = 0,

    /// <summary>A text, for vaults that refuse everything else. It stays in memory until it is collected.</summary>
    PlainText = 1,
}

/// <summary>A vault of others that a store uses, and what it was found to do.</summary>
/// <param name="Name">The vault's name.</param>
/// <param name="KeyCount">How many configurations have their key in it.</param>
/// <param name="Profile">What it was found to do; <see langword="null"/> while it was not tried.</param>
public sealed record VaultInfo(string Name, int KeyCount, VaultProfile? Profile)
{
    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        string keys = string.Create(CultureInfo.InvariantCulture, $"{DisplayText.Of(Name)}: {KeyCount} {(KeyCount == 1 ? "key" : "keys")}");
        return Profile is null
            ? $"{keys}, not tried yet"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{keys}, {DisplayText.Of(Profile.Module)}, takes {(Profile.Form == SecretForm.SecureString ? "SecureStrings" : "texts only")}{(Profile.Prefix.Length == 0 ? string.Empty : $" under names with '{Profile.Prefix}'")}, {(Profile.TakesLabels ? "keeps labels" : "keeps no labels")}{(Profile.ListsNames ? string.Empty : ", lists other names")} (tried {Profile.ProbedAt:yyyy-MM-dd} in {Profile.ProbeTime.TotalMilliseconds:0} ms)");
    }
}
