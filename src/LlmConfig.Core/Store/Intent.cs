namespace LlmConfig;

/// <summary>An intent file that this process holds: the keys in doubt until it is completed.</summary>
internal sealed class Intent(FileLock held, StoreFileSystem files, IReadOnlyList<KeyReference> keys) : IDisposable
{
    /// <summary>The keys that it names.</summary>
    public IReadOnlyList<KeyReference> Keys { get; } = keys;

    /// <summary>Removes the file: none of its keys is in doubt any more.</summary>
    public void Complete() => files.DeleteFile(held.Path);

    /// <summary>Lets go of the file. One that was not completed is taken up by whoever comes next.</summary>
    public void Dispose() => held.Dispose();
}
