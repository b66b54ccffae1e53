using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Tests;

/// <summary>Everything that the processes of one store did to the disk, in order, from its very first call on.</summary>
internal sealed class DiskJournal
{
    private readonly List<DiskCall> _calls = [];
    private readonly ConditionalWeakTable<SafeFileHandle, StrongBox<int>> _fileOfHandle = [];
    private readonly Dictionary<string, int> _fileAt = new(StringComparer.Ordinal);
    private int _files;

    public IReadOnlyList<DiskCall> Calls => _calls;

    public void Add(DiskCall call) => _calls.Add(call);

    public void Created(string path, SafeFileHandle handle)
    {
        int file = _files++;
        _fileAt[path] = file;
        _fileOfHandle.Add(handle, new StrongBox<int>(file));
        Add(new DiskCall.CreatedFile(path, file));
    }

    public void Opened(string path, SafeFileHandle handle) => _fileOfHandle.Add(handle, new StrongBox<int>(_fileAt[path]));

    public void Wrote(SafeFileHandle handle, byte[] content, long offset) => Add(new DiskCall.WroteFile(FileOf(handle), content, offset));

    public void Flushed(SafeFileHandle handle) => Add(new DiskCall.FlushedFile(FileOf(handle)));

    public void Renamed(string from, string to)
    {
        _fileAt.Remove(from, out int file);
        _fileAt[to] = file;
        Add(new DiskCall.RenamedFile(from, to, file));
    }

    public void Deleted(string path)
    {
        if (_fileAt.Remove(path))
        {
            Add(new DiskCall.DeletedFile(path));
        }
    }

    private int FileOf(SafeFileHandle handle) => _fileOfHandle.TryGetValue(handle, out StrongBox<int>? file)
        ? file.Value
        : throw new InvalidOperationException("A file was written that was opened past the journal.");
}
