namespace LlmConfig;

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

    /// <summary>True when an item before it in the same import has its name or id: it can replace nothing then.</summary>
    internal bool IsRepeated { get; set; }

    /// <summary>Marks each item whose name or id one before it has.</summary>
    internal static void MarkRepeated(IEnumerable<ImportItem> items)
    {
        var names = new HashSet<string>(ConfigurationName.Comparer);
        var ids = new HashSet<Guid>();
        foreach (ImportItem item in items)
        {
            item.IsRepeated = !names.Add(item.Name.Trim()) | (item.Id is { } id && !ids.Add(id));
        }
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
