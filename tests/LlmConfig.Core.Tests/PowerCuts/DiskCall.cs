namespace LlmConfig.Tests;

/// <summary>One call that changed the disk, the vault or the keyring of a test, as it was made.</summary>
internal abstract record DiskCall
{
    public sealed record MadeFolder(string Path) : DiskCall;

    public sealed record CreatedFile(string Path, int File) : DiskCall;

    public sealed record WroteFile(int File, byte[] Content, long Offset) : DiskCall;

    public sealed record FlushedFile(int File) : DiskCall;

    public sealed record RenamedFile(string From, string To, int File) : DiskCall;

    public sealed record DeletedFile(string Path) : DiskCall;

    public sealed record FlushedFolder(string Path) : DiskCall;

    public sealed record WroteKey(string KeyId, MemoryKey Key) : DiskCall;

    public sealed record RemovedKey(string KeyId) : DiskCall;

    public sealed record FlushedKeys : DiskCall;

    public sealed record StoredMasterKey(Guid Vault, byte[] Key) : DiskCall;

    public sealed record RemovedMasterKey(Guid Vault) : DiskCall;
}
