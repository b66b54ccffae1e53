namespace LlmConfig;

/// <summary>What lies at a path where something of the store belongs.</summary>
/// <param name="Path">The path.</param>
/// <param name="IsFolder">True where a folder belongs.</param>
/// <param name="Entry">What is there; <see langword="null"/> where the system does not say.</param>
/// <param name="Error">Why the system does not say.</param>
internal sealed record EntryFinding(string Path, bool IsFolder, EntryInfo? Entry, LlmConfigException? Error)
{
    /// <summary>True when others may use what is ours: a repair puts it right.</summary>
    public bool IsWide => Problem is null && Entry is { } entry && StoreFileSystem.IsWide(entry);

    /// <summary>Why it is not used at all, or <see langword="null"/>.</summary>
    public LlmConfigException? Problem => Error ?? Entry switch
    {
        null => null,
        { Kind: EntryKind.Link } => StoreFailure.Link(Path),
        { Kind: not EntryKind.Folder } when IsFolder => StoreFailure.NotAFolder(Path),
        { Kind: not EntryKind.File } when !IsFolder => StoreFailure.NotAFile(Path),
        { OwnedByUser: false } => StoreFailure.OtherOwner(Path),
        { LinkCount: > 1 } when !IsFolder => StoreFailure.SharedFile(Path),
        _ => null,
    };
}
