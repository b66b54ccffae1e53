namespace LlmConfig;

/// <summary>An intent file that this process holds: the keys in doubt until it is completed.</summary>
internal sealed class Intent(
    FileLock held, StoreFileSystem files, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels) : IDisposable
{
    private bool _isCompleted;

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
