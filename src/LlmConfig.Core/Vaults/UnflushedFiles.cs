namespace LlmConfig;

/// <summary>Files that lie in their place and that a power cut could still take: what one change wrote, until it flushes.</summary>
internal sealed class UnflushedFiles(StoreFileSystem files) : IDisposable
{
    // Open files; a process may have 1,024 of them by default on Linux, 256 on macOS.
    private const int Most = 64;

    private readonly List<StagedFile> _staged = [];
    private LlmConfigException? _failure;
    private bool _isTaken;

    /// <summary>True when there is nothing to make durable, and nothing failed to become so.</summary>
    public bool IsEmpty => !_isTaken;

    /// <summary>Takes one more. Where they become many, they are flushed; what fails then is told by <see cref="Flush"/>.</summary>
    public void Add(StagedFile staged)
    {
        _staged.Add(staged);
        _isTaken = true;
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
        (_failure, _isTaken) = (null, false);
        if (failure is not null)
        {
            throw failure;
        }
    }

    public void Dispose()
    {
        Clear();
        (_failure, _isTaken) = (null, false);
    }

    private void FlushStaged(string? folder)
    {
        try
        {
            List<Action> flushes = [.. _staged.Select<StagedFile, Action>(staged => () => files.Flush(staged))];
            if (folder is not null)
            {
                flushes.Add(() => files.FlushFolder(folder));
            }

            _failure ??= Array.Find(files.AtOnce(flushes), failure => failure is not null);
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
