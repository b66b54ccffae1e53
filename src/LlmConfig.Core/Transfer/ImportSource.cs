using System.Security;

namespace LlmConfig;

/// <summary>
/// What a file or the environment offers for import. Keys that come along are held in memory until it is disposed of, which
/// zeroes them.
/// </summary>
public sealed class ImportSource : IDisposable
{
    internal ImportSource(
        string description, IReadOnlyList<ImportItem> items, IReadOnlyList<LlmConfigException> errors, IReadOnlyList<string> remarks, bool holdsPlainKeys = false)
    {
        Description = description;
        Items = items;
        Errors = errors;
        Remarks = remarks;
        HoldsPlainKeys = holdsPlainKeys;
    }

    /// <summary>What it is, fit to be shown: the environment, or the file's path.</summary>
    public string Description { get; }

    /// <summary>What can be imported, in the order of the source.</summary>
    public IReadOnlyList<ImportItem> Items { get; }

    /// <summary>What cannot be, one error for each.</summary>
    public IReadOnlyList<LlmConfigException> Errors { get; }

    /// <summary>What a person should know of what is passed over, in full sentences. Never holds a key.</summary>
    public IReadOnlyList<string> Remarks { get; }

    /// <summary>True for a file in which keys stand unprotected: once they are imported it should be deleted.</summary>
    public bool HoldsPlainKeys { get; }

    /// <summary>
    /// Looks for the catalogue's variables in the environment of this process: keys in the order of the provider's SDK, and
    /// base URLs that are set together with a key, or whose provider needs none. Each is named as its provider. The
    /// variables stay as they are.
    /// </summary>
    /// <param name="providers">Which providers to look for, by id; <see langword="null"/> for all.</param>
    public static ImportSource FromEnvironment(Predicate<string>? providers = null)
    {
        (List<ImportItem> items, List<LlmConfigException> errors) = ProviderVariables.Find(
            Environment.GetEnvironmentVariable,
            variable => string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable)) ? null : ApiKey.FromEnvironment(variable, null),
            "the environment variable",
            providers);
        return new ImportSource("the environment", items, errors, []);
    }

    /// <summary>Reads a file of one of the formats of <see cref="ImportFormat"/>. The file stays as it is.</summary>
    /// <param name="path">Its path. Links are followed; what is no regular file is refused.</param>
    /// <param name="format">Its format; <see langword="null"/> to tell it from what it holds.</param>
    /// <param name="password">The password of an export with keys; <see langword="null"/> without one.</param>
    /// <exception cref="LlmConfigException">
    /// NotFound (no such file), StoreAccessDenied, StoreUnsafe (no regular file); StoreCorrupt: it is damaged, larger than
    /// 16 MiB, or of no format that can be imported; StoreVersionUnsupported: a newer version wrote it; VaultLocked: it is sealed, and
    /// the password is missing or does not open it; InvalidKey: the password is empty.
    /// </exception>
    public static ImportSource FromFile(string path, ImportFormat? format = null, SecureString? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ImportFile.Read(path, format, password);
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        foreach (ImportItem item in Items)
        {
            item.Key?.Dispose();
        }
    }
}
