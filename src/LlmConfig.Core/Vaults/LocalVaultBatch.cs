namespace LlmConfig;

/// <summary>
/// Keys that one change writes to the built-in vault. They are renamed into place first and flushed together later: until the
/// configuration that refers to a key is committed, an intent names it, and whatever a power cut leaves of it is removed.
/// </summary>
internal sealed class LocalVaultBatch(SealedFiles secrets, StoreFileSystem files, string folder) : IKeyBatch
{
    // Open files, for each change under way; a process may have 1,024 of them by default on Linux, 256 on macOS.
    private const int Most = 64;

    private List<StagedFile> _staged = [];
    private LlmConfigException? _failure;
    private bool _isEmpty = true;

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        if (secrets.Place(keyId, key, label, cancellation) is not { } staged)
        {
            return;
        }

        _staged.Add(staged);
        _isEmpty = false;
        if (_staged.Count == Most)
        {
            // What fails first is the failure of the whole flush.
            LlmConfigException? failure = Flush(Take());
            _failure ??= failure;
        }
    }

    public BackgroundWork? StartFlush()
    {
        if (_isEmpty)
        {
            return null;
        }

        (List<StagedFile> staged, LlmConfigException? failure) = (Take(), _failure);
        return files.Start(() =>
        {
            // Also after a failure: it closes the files.
            LlmConfigException? last = Flush(staged, () => files.FlushFolder(folder));
            return failure ?? last;
        });
    }

    public void Dispose() => Take().ForEach(staged => staged.Dispose());

    private List<StagedFile> Take()
    {
        List<StagedFile> staged = _staged;
        _staged = [];
        return staged;
    }

    private LlmConfigException? Flush(List<StagedFile> staged, params Action[] more)
    {
        try
        {
            IEnumerable<Action> flushes = staged.Select<StagedFile, Action>(file => () => files.Flush(file));
            return Array.Find(files.AtOnce([.. flushes, .. more]), failure => failure is not null);
        }
        finally
        {
            staged.ForEach(file => file.Dispose());
        }
    }
}
