namespace LlmConfig;

/// <summary>Files that lie in their place and that a power cut could still take: what one change wrote, until it flushes.</summary>
internal sealed class UnflushedFiles(StoreFileSystem files, string folder) : IDisposable
{
    // Open files, for each change under way; a process may have 1,024 of them by default on Linux, 256 on macOS.
    private const int Most = 64;

    private List<StagedFile> _staged = [];
    private LlmConfigException? _failure;
    private bool _isNamed;

    /// <summary>Takes one more. Where they become many, they are flushed; what fails then is told by <see cref="Start"/>'s result.</summary>
    public void Add(StagedFile staged)
    {
        _staged.Add(staged);
        _isNamed = true;
        if (_staged.Count == Most)
        {
            _failure ??= Flush(Take(), names: false);
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

    /// <summary>Begins to make all that were taken, and their names, durable; <see langword="null"/> where none was.</summary>
    public BackgroundWork? Start()
    {
        if (!_isNamed)
        {
            return null;
        }

        List<StagedFile> staged = Take();
        LlmConfigException? failure = _failure;
        (_failure, _isNamed) = (null, false);
        return files.Start(() =>
        {
            LlmConfigException? last = Flush(staged, names: true);
            return failure ?? last;
        });
    }

    /// <summary>Lets go of all, and of what failed: their change is given up. Their names still have to be flushed.</summary>
    public void Abandon()
    {
        Dispose();
        _failure = null;
    }

    public void Dispose() => Take().ForEach(staged => staged.Dispose());

    private List<StagedFile> Take()
    {
        List<StagedFile> staged = _staged;
        _staged = [];
        return staged;
    }

    private LlmConfigException? Flush(List<StagedFile> staged, bool names)
    {
        try
        {
            List<Action> flushes = [.. staged.Select<StagedFile, Action>(file => () => files.Flush(file))];
            if (names)
            {
                flushes.Add(() => files.FlushFolder(folder));
            }

            return Array.Find(files.AtOnce(flushes), failure => failure is not null);
        }
        finally
        {
            staged.ForEach(file => file.Dispose());
        }
    }
}
