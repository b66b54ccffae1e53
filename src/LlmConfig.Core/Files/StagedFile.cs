using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// What is to be put at a path, written beside it under another name and still open. Left alone, it goes when it is disposed of.
/// </summary>
internal sealed class StagedFile(StoreFileSystem files, SafeFileHandle handle, string sibling, string path) : IDisposable
{
    private bool _isPlaced;

    public SafeFileHandle Handle { get; } = handle;

    /// <summary>Where it is to lie.</summary>
    public string Path { get; } = path;

    /// <summary>Renames it into place, over what lies there. Durable once both it and the folder are flushed.</summary>
    /// <param name="overwrite">False to leave alone what somebody put there at the same moment.</param>
    public void Place(bool overwrite = true)
    {
        files.Place(this, sibling, overwrite);
        _isPlaced = true;
    }

    public void Dispose()
    {
        Handle.Dispose();
        if (!_isPlaced)
        {
            files.DeleteQuietly(sibling);
        }
    }
}
