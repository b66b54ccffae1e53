namespace LlmConfig;

/// <summary>An intent file that this process holds: the keys in doubt until it is completed.</summary>
internal sealed class Intent(
    FileLock held, StoreFileSystem files, Guid store, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels) : IDisposable
{
    private bool _isCompleted;

    /// <summary>The id of the store whose keys it names.</summary>
    public Guid Store { get; } = store;

    /// <summary>True when this process made it.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>
    /// True when nobody else can have written what it names: it is sealed under the master key. Any other may come from anybody who
    /// can write into the folder, so the keys themselves have to show whose they are.
    /// </summary>
    public required bool IsProven { get; init; }

    /// <summary>The keys that are written or dropped: each that no configuration refers to in the end goes.</summary>
    public IReadOnlyList<KeyReference> Keys { get; } = keys;

    /// <summary>The keys that stay and whose labels are to be written anew.</summary>
    public IReadOnlyList<KeyReference> Labels { get; } = labels;

    /// <summary>Removes the file: none of its keys is in doubt any more.</summary>
    public void Complete()
    {
        files.DeleteFile(held.Path);
        _isCompleted = true;
    }

    /// <summary>Lets go of the file. One that was not completed is taken up by whoever comes next.</summary>
    public void Dispose()
    {
        if (_isCompleted)
        {
            files.Release(held.Handle);
        }
        else
        {
            held.Dispose();
        }
    }
}
