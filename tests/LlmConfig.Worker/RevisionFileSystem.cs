namespace LlmConfig.Worker;

/// <summary>The real file system; it notes which revision the last commit of this process made.</summary>
internal sealed class RevisionFileSystem : StoreFileSystem
{
    /// <summary>How many commits were made.</summary>
    public int Commits { get; private set; }

    public long Revision { get; private set; }

    protected override void Rename(string from, string to)
    {
        long? revision = to.EndsWith(StorePaths.ConfigFileName, StringComparison.Ordinal)
            ? ConfigDocumentReader.Read(File.ReadAllBytes(from)).Revision
            : null;
        base.Rename(from, to);
        if (revision is { } made)
        {
            Revision = made;
            Commits++;
        }
    }
}
