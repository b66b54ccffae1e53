using System.Security;

namespace LlmConfig;

/// <summary>
/// What a file or the environment offers for import. Keys that come along are held in memory until it is disposed of, which
/// zeroes them.
/// </summary>
public sealed class ImportSource : IDisposable
{
    private readonly List<ImportItem> _items = [];
    private readonly List<LlmConfigException> _errors = [];
    private readonly List<string> _remarks = [];

    internal ImportSource(string description) => Description = description;

    /// <summary>What it is, fit to be shown: the environment, or the file's path.</summary>
    public string Description { get; }

    /// <summary>What can be imported, in the order of the source.</summary>
    public IReadOnlyList<ImportItem> Items => _items;

    /// <summary>What cannot be, one error for each.</summary>
    public IReadOnlyList<LlmConfigException> Errors => _errors;

    /// <summary>What a person should know of what is skipped, in full sentences. Never holds a key.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>True for a file in which keys stand unprotected: once they are imported it should be deleted.</summary>
    public bool HoldsPlainKeys { get; internal set; }

    /// <summary>
    /// Looks for the catalogue's variables in the environment of this process: keys in the order of the provider's SDK, and
    /// base URLs that are set together with a key, or whose provider needs none. Each is named as its provider. The
    /// variables stay as they are.
    /// </summary>
    /// <param name="providers">Which providers to look for, by id; <see langword="null"/> for all.</param>
    public static ImportSource FromEnvironment(Predicate<string>? providers = null)
    {
        var source = new ImportSource("the environment");
        ProviderVariables.Find(
            source,
            Environment.GetEnvironmentVariable,
            variable => string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable)) ? null : ApiKey.FromEnvironment(variable, null),
            "the environment variable",
            providers);
        return source;
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

    internal void Add(ImportItem item) => _items.Add(item);

    internal void Add(LlmConfigException error) => _errors.Add(error);

    internal void Remark(string text) => _remarks.Add(text);

    /// <summary>Zeroes the keys.</summary>
    public void Dispose() => _items.ForEach(item => item.Key?.Dispose());
}

/// <summary>One configuration that a source offers. The rules are checked when it is imported, not here.</summary>
public sealed class ImportItem
{
    internal ImportItem()
    {
    }

    /// <summary>The name that it would have.</summary>
    public string Name { get; internal init; } = string.Empty;

    /// <summary>The provider's id, as the source gives it.</summary>
    public string Provider { get; internal init; } = string.Empty;

    /// <summary>The base URL; <see langword="null"/> for the provider's default.</summary>
    public string? BaseUrl { get; internal init; }

    /// <summary>See <see cref="LlmConfiguration.UseAuthHeader"/>; <see langword="null"/> for what the provider's SDK does.</summary>
    public bool? UseAuthHeader { get; internal init; }

    /// <summary>The default model, or <see langword="null"/>.</summary>
    public string? Model { get; internal init; }

    /// <summary>What the provider wants beside the key, and what people noted; <see langword="null"/> where the source says nothing of it.</summary>
    public ConfigurationDetails? Details { get; internal init; }

    /// <summary>Where it is from, in words fit to be shown: the variable, or the place in the file.</summary>
    public string Origin { get; internal init; } = string.Empty;

    /// <summary>True when the key comes along.</summary>
    public bool HasKey => Key is not null;

    /// <summary>True when it has a key where it is from, but the key does not come along.</summary>
    public bool LeavesKeyBehind { get; internal init; }

    /// <summary>The name of the secret that it would refer to as its key (<see cref="LlmConfiguration.KeyName"/>); <see langword="null"/> where it would not.</summary>
    public string? KeyName => Secret?.KeyId;

    /// <summary>The secret of somebody else that is its key.</summary>
    internal KeyReference? Secret { get; init; }

    /// <summary>The key, which belongs to the source.</summary>
    internal ApiKey? Key { get; init; }

    /// <summary>The id that the configuration has where it is from; <see langword="null"/> where there is no such thing.</summary>
    internal Guid? Id { get; init; }

    /// <summary>True for the default configuration there, which it becomes here where there is none.</summary>
    internal bool IsDefault { get; init; }

    internal DateTime? CreatedAt { get; init; }

    internal DateTime? KeyUpdatedAt { get; init; }

    /// <summary>What to do where the provider has no default base URL and the source has none either.</summary>
    internal string? BaseUrlRemedy { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>A configuration of another store, and its key where that comes along.</summary>
    internal static ImportItem Of(LlmConfiguration item, ApiKey? key) => new()
    {
        Id = item.Id,
        Name = item.Name,
        Provider = item.Provider,
        BaseUrl = item.ExplicitBaseUrl,
        UseAuthHeader = item.UseAuthHeader,
        Model = item.Model,
        Details = item.Details,
        IsDefault = item.IsDefault,
        CreatedAt = item.CreatedAt,
        Key = key,
        KeyUpdatedAt = item.KeyUpdatedAt,
        LeavesKeyBehind = key is null && item.Key is not null,
        Origin = key is null ? "without a key" : "with its key",
    };
}

/// <summary>The formats of files that can be imported.</summary>
public enum ImportFormat
{
    /// <summary><c>llm_config.json</c> of a store, or what <see cref="LlmConfigRepository.Export(IReadOnlyList{Guid})"/> made, sealed or not.</summary>
    LlmConfig = 1,

    /// <summary>Lines of <c>NAME=value</c> with the variables of the catalogue.</summary>
    DotEnv = 2,

    /// <summary><c>keys.json</c> of the command-line tool <c>llm</c>: an object of names and keys.</summary>
    LlmKeys = 3,
}
