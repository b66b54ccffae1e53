using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Tests;

/// <summary>The real file system with a test in front of each call that changes something.</summary>
internal sealed class FailingFileSystem : StoreFileSystem
{
    private readonly List<string> _calls = [];

    /// <summary>Called before each changing call, with its number from 0, its name and its path; throws to make it fail.</summary>
    public Action<int, string, string>? Before { get; set; }

    /// <summary>The changing calls so far.</summary>
    public IReadOnlyList<string> Calls => _calls;

    protected override void MakeFolder(string path)
    {
        Note(nameof(MakeFolder), path);
        base.MakeFolder(path);
    }

    protected override SafeFileHandle CreateFile(string path)
    {
        Note(nameof(CreateFile), path);
        return base.CreateFile(path);
    }

    protected override void Write(SafeFileHandle handle, ReadOnlySpan<byte> content, long offset)
    {
        Note(nameof(Write), string.Empty);
        base.Write(handle, content, offset);
    }

    protected override void FlushFile(SafeFileHandle handle)
    {
        Note(nameof(FlushFile), string.Empty);
        base.FlushFile(handle);
    }

    // So that each call can be told from the next; what is flushed at once may be kept in any order anyway.
    protected override bool Overlaps => false;

    protected override void Rename(string from, string to)
    {
        Note(nameof(Rename), to);
        base.Rename(from, to);
    }

    protected override void Delete(string path)
    {
        Note(nameof(Delete), path);
        base.Delete(path);
    }

    protected override void SyncFolder(string path)
    {
        Note(nameof(SyncFolder), path);
        base.SyncFolder(path);
    }

    private void Note(string call, string path)
    {
        _calls.Add($"{call} {path}");
        Before?.Invoke(_calls.Count - 1, call, path);
    }
}
