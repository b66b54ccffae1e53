namespace LlmConfig.Tests;

/// <summary>
/// What a disk holds for sure, and what it only might: the content of a file counts from its flush on, a name in a folder
/// from the flush of that folder on, a key in a vault from the vault's flush on. All else is <see cref="Pending"/>.
/// </summary>
internal sealed class SimulatedDisk
{
    private const string VaultOfTheTest = "(the vault of the test)";

    private readonly DiskImage _durable = new();
    private readonly Dictionary<int, (byte[] Flushed, byte[] Written)> _files = [];
    private readonly List<(string Place, Action<DiskImage> Change)> _pending = [];

    /// <summary>How many changes of names and keys a power cut could undo.</summary>
    public int Pending => _pending.Count;

    /// <summary>The folder, or the vault, that each of the pending changes belongs to.</summary>
    public IReadOnlyList<string> PendingPlaces => [.. _pending.Select(pending => pending.Place)];

    public void Apply(DiskCall call)
    {
        switch (call)
        {
            case DiskCall.MadeFolder made:
                Wait(made.Path, image => image.Names[made.Path] = DiskImage.Folder);
                break;
            case DiskCall.CreatedFile created:
                _files[created.File] = ([], []);
                Wait(created.Path, image => image.Names[created.Path] = created.File);
                break;
            case DiskCall.WroteFile wrote:
                (byte[] flushed, byte[] before) = _files[wrote.File];
                byte[] after = new byte[Math.Max(before.Length, wrote.Offset + wrote.Content.Length)];
                before.CopyTo(after, 0);
                wrote.Content.CopyTo(after, wrote.Offset);
                _files[wrote.File] = (flushed, after);
                break;
            case DiskCall.FlushedFile file:
                _files[file.File] = (_files[file.File].Written, _files[file.File].Written);
                break;
            case DiskCall.RenamedFile renamed:
                Wait(renamed.To, image =>
                {
                    _ = image.Names.Remove(renamed.From);
                    image.Names[renamed.To] = renamed.File;
                });
                break;
            case DiskCall.DeletedFile deleted:
                Wait(deleted.Path, image => image.Names.Remove(deleted.Path));
                break;
            case DiskCall.FlushedFolder folder:
                Settle(folder.Path);
                break;
            case DiskCall.WroteKey wrote:
                _pending.Add((VaultOfTheTest, image => image.Keys[wrote.KeyId] = wrote.Key));
                break;
            case DiskCall.RemovedKey removed:
                _pending.Add((VaultOfTheTest, image => image.Keys.Remove(removed.KeyId)));
                break;
            case DiskCall.FlushedKeys:
                Settle(VaultOfTheTest);
                break;
            case DiskCall.StoredMasterKey stored:
                _durable.MasterKeys[stored.Vault] = stored.Key;
                break;
            case DiskCall.RemovedMasterKey removed:
                _ = _durable.MasterKeys.Remove(removed.Vault);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(call));
        }
    }

    /// <summary>What is there after a power cut.</summary>
    /// <param name="kept">Which of the pending changes made it to the disk.</param>
    /// <param name="content">What became of the content of files that were not flushed.</param>
    public DiskImage Cut(Func<int, bool> kept, UnflushedContent content)
    {
        DiskImage image = _durable.Copy();
        for (int i = 0; i < _pending.Count; i++)
        {
            if (kept(i))
            {
                _pending[i].Change(image);
            }
        }

        foreach (int file in image.Names.Values.Where(file => file != DiskImage.Folder))
        {
            (byte[] flushed, byte[] written) = _files[file];
            image.Contents[file] = ReferenceEquals(flushed, written) ? flushed : content switch
            {
                UnflushedContent.Lost => flushed,
                UnflushedContent.Torn => written[..(written.Length / 2)],
                _ => written,
            };
        }

        return image;
    }

    private void Wait(string path, Action<DiskImage> change) => _pending.Add((Path.GetDirectoryName(path)!, change));

    private void Settle(string place)
    {
        foreach ((_, Action<DiskImage> change) in _pending.Where(pending => pending.Place == place))
        {
            change(_durable);
        }

        _ = _pending.RemoveAll(pending => pending.Place == place);
    }
}
