namespace LlmConfig;

/// <summary>Files that lie in their place and that a power cut could still take: what one change wrote, until it flushes.</summary>
internal sealed class UnflushedFiles(StoreFileSystem files) : IDisposable
{
    // Open files; a process may have 1,024 of them by default on Linux, 256 on macOS.
    private const int Most = 64;

    private readonly List<StagedFile> _staged = [];
    private LlmConfigException? _failure;

    /// <summary>Takes one more. Where they become many, they are flushed; what fails then is told by <see cref="Flush"/>.</summary>
    public void Add(StagedFile staged)
    {
        _staged.Add(staged);
        if (_staged.Count == Most)
        {
            FlushStaged(folder: null);
        }
    }

    /// <summary>Lets go of one that was removed: nothing of it has to become durable.</summary>
    public void Forget(string path)
    {
        if (_staged.Find(staged => staged.Path == path) is { } given)
        {
            _staged.Remove(given);
            given.Dispose();
        }
    }

    /// <summary>Makes all that were taken, and the names in their folder, durable.</summary>
    /// <exception cref="LlmConfigException">Some may not be: StoreFull or StoreAccessDenied.</exception>
    public void Flush(string folder)
    {
        FlushStaged(folder);
        LlmConfigException? failure = _failure;
        _failure = null;
        if (failure is not null)
        {
            throw failure;
        }
    }

    public void Dispose() => Clear();

    private void FlushStaged(string? folder)
    {
        try
        {
            _failure ??= Array.Find(files.FlushAtOnce(_staged, folder), failure => failure is not null);
        }
        finally
        {
            Clear();
        }
    }

    private void Clear()
    {
        _staged.ForEach(staged => staged.Dispose());
        _staged.Clear();
    }
}
