using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// The one way of the core to the disk: it checks what it opens (no link, no other owner, no second name), replaces files so that a reader sees
/// the old or the new one, and makes an <see cref="LlmConfigException"/> of each failure. What a file has to be like is decided here.
/// </summary>
internal partial class StoreFileSystem : SystemCalls
{
    // As much as stays in the processor's cache between reading and comparing.
    private const int CompareBytes = 128 * 1024;

    /// <summary>Reads a whole file of ours; <see langword="null"/> when nothing is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The largest size in bytes that is read at all; a larger file is StoreCorrupt.</param>
    public byte[]? ReadFile(string path, int limit) => ReadFile(path, limit, known: null, trustStamp: false)?.Bytes;

    /// <summary>Reads a whole file of ours, unless it is as it was; <see langword="null"/> when nothing is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The largest size in bytes that is read at all; a larger file is StoreCorrupt.</param>
    /// <param name="known">What it held when it was read last; <see langword="null"/> when that is not known.</param>
    /// <param name="trustStamp">False to compare the bytes all the same.</param>
    /// <returns>Its <see cref="FileSnapshot.Bytes"/> are those of <paramref name="known"/> where nothing changed.</returns>
    public FileSnapshot? ReadFile(string path, int limit, FileSnapshot? known, bool trustStamp)
    {
        using SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.ReadOnly));
        if (handle is null)
        {
            return null;
        }

        EntryInfo entry = CheckFile(path, handle);
        if (entry.Length > limit)
        {
            throw StoreFailure.TooLarge(path, limit);
        }

        if (trustStamp && known?.Stamp is { } stamp && entry.Stamp == stamp)
        {
            return known;
        }

        FileStamp? proof = FileSnapshot.Prove(entry.Stamp, DateTimeOffset.UtcNow);
        return known is not null && known.Bytes.Length == entry.Length && Holds(path, handle, known.Bytes)
            ? known.Stamp == proof ? known : known with { Stamp = proof }
            : new FileSnapshot(ReadAll(path, handle, (int)entry.Length), proof);
    }

    /// <summary>
    /// Reads a file that a person named and that is none of the store's: links are followed, and its owner and mode are the
    /// person's business. What is no regular file is refused; <see langword="null"/> when nothing is there.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The largest size in bytes that is read at all; a larger file is StoreCorrupt.</param>
    public SecretBytes? ReadOthersFile(string path, int limit)
    {
        string target = Guard(path, () => File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
        using SafeFileHandle? handle = Guard(path, () => Open(target, OpenFlags.ReadOnly));
        if (handle is null)
        {
            return null;
        }

        EntryInfo entry = Guard(path, () => Stat(handle));
        if (entry.Kind != EntryKind.File)
        {
            throw StoreFailure.Unsafe(path, $"'{path}' is not a regular file.", "Name a file.");
        }

        return entry.Length > limit
            ? throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt, path, $"'{path}' is larger than {limit / 1024 / 1024} MiB.", "Nothing was imported. Look at whether it is the right file.")
            : ReadSecret(path, handle, (int)entry.Length);
    }

    /// <summary>
    /// Opens a file that is none of the store's for reading, at the end of no link: <see langword="null"/> where nothing is there, or what is no
    /// regular file, which could keep a reader waiting for ever.
    /// </summary>
    /// <param name="path">The file.</param>
    public SafeFileHandle? OpenOthersFile(string path)
    {
        try
        {
            SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.ReadOnly));
            if (handle is null || Guard(path, () => Stat(handle)).Kind == EntryKind.File)
            {
                return handle;
            }

            handle.Dispose();
            return null;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreUnsafe)
        {
            // A socket, a link.
            return null;
        }
    }

    /// <summary>All that lies in a folder that is none of the store's, but links: names, and which are folders.</summary>
    /// <param name="path">The folder.</param>
    public IReadOnlyList<(string Name, bool IsFolder)> ListOthersFolder(string path) => Guard(path, () => ListEntries(path));

    /// <summary>
    /// Writes a file that a person named and that is none of the store's, with mode 0600, whole or not at all, and makes it
    /// durable. A link that lies there is replaced, not followed.
    /// </summary>
    /// <exception cref="LlmConfigException">DuplicateName: there is a file and it is not to be overwritten; or a Store code.</exception>
    public void WriteOthersFile(string path, ReadOnlySpan<byte> content, bool overwrite)
    {
        CheckPlace(path, overwrite);
        using StagedFile staged = StageDurably(path, content, isOurs: false);
        try
        {
            staged.Place(overwrite);
        }
        catch (LlmConfigException)
        {
            CheckPlace(path, overwrite);
            throw;
        }

        TryFlushParent(path);
    }

    /// <summary>
    /// Reads a file that another program keeps for the user, in whatever mode: a link, a folder, a pipe, one of another user and one with two names are refused;
    /// <see langword="null"/> when nothing is there.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The largest size in bytes that is read at all; a larger file is StoreCorrupt.</param>
    public byte[]? ReadUsersFile(string path, int limit)
    {
        using SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.ReadOnly));
        if (handle is null)
        {
            return null;
        }

        EntryInfo entry = Guard(path, () => Stat(handle));
        Refuse(path, entry);
        return entry.Length <= limit ? ReadAll(path, handle, (int)entry.Length) : throw StoreFailure.TooLarge(path, limit);
    }

    /// <summary>Replaces such a file, or makes it and the folders above it, so that a reader sees the old or the new one; it keeps its mode.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it is to hold.</param>
    public void ReplaceUsersFile(string path, ReadOnlySpan<byte> content)
    {
        EntryInfo? before = Inspect(path);
        string folder = Path.GetDirectoryName(path)!;
        Guard(path, () => OperatingSystem.IsWindows() ? Directory.CreateDirectory(folder) : Directory.CreateDirectory(folder, FolderMode));
        using StagedFile staged = Stage(path, content, isOurs: false);
        if (before is { } kept)
        {
            Guard(path, () => SetMode(staged.Handle, kept.Mode & AnyAccess));
        }

        Flush(staged);
        staged.Handle.Dispose();
        staged.Place();
        TryFlushParent(path);
    }

    /// <summary>Reads a file of a vault: too large means damaged there too, under the vault's own code.</summary>
    public byte[]? ReadVaultFile(string path, int limit) => AsVault(path, () => ReadFile(path, limit));

    /// <summary>The same for a file that may be as it was.</summary>
    public FileSnapshot? ReadVaultFile(string path, int limit, FileSnapshot? known, bool trustStamp) =>
        AsVault(path, () => ReadFile(path, limit, known, trustStamp));

    private static T? AsVault<T>(string path, Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreCorrupt)
        {
            throw new LlmConfigException(LlmConfigErrorCode.VaultCorrupt, path, e.Problem, e.RecommendedAction, e);
        }
    }

    /// <summary>
    /// Puts <paramref name="content"/> at the path so that a reader sees the old file or the new one: a sibling is
    /// written, flushed to disk and renamed over. The caller flushes the folder afterwards (<see cref="FlushFolder"/>).
    /// </summary>
    public void ReplaceFile(string path, ReadOnlySpan<byte> content)
    {
        using StagedFile staged = StageDurably(path, content);
        staged.Place();
    }

    /// <summary>Writes a sibling of what is to lie at the path, and neither flushes nor renames it.</summary>
    /// <param name="path">Where it is to lie.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="isOurs">False where what lies there is a person's, and not to be checked.</param>
    public StagedFile Stage(string path, ReadOnlySpan<byte> content, bool isOurs = true)
    {
        if (isOurs)
        {
            FileExists(path);
        }

        string sibling = SiblingOf(path);
        SafeFileHandle? handle = null;
        try
        {
            handle = Guard(path, () => CreateFile(sibling));
            WriteAll(path, handle, content);
            return new StagedFile(this, handle, sibling, path);
        }
        catch
        {
            handle?.Dispose();
            DeleteQuietly(sibling);
            throw;
        }
    }

    /// <summary>Writes a sibling of what is to lie at the path, flushes and closes it.</summary>
    /// <inheritdoc cref="Stage"/>
    public StagedFile StageDurably(string path, ReadOnlySpan<byte> content, bool isOurs = true)
    {
        StagedFile staged = Stage(path, content, isOurs);
        try
        {
            Flush(staged);
            staged.Handle.Dispose();
            return staged;
        }
        catch
        {
            staged.Dispose();
            throw;
        }
    }

    /// <summary>Makes the content of what was staged durable.</summary>
    public void Flush(StagedFile staged)
    {
        if (!staged.Handle.IsClosed)
        {
            Guard(staged.Path, () => FlushFile(staged.Handle));
        }
    }

    /// <inheritdoc cref="BackgroundWork.AtOnce"/>
    public LlmConfigException?[] AtOnce(IReadOnlyList<Action> work) => BackgroundWork.AtOnce(work, Overlaps);

    /// <summary>Begins something that goes on meanwhile.</summary>
    /// <param name="work">What is to be done; it returns what failed.</param>
    public BackgroundWork Start(Func<LlmConfigException?> work) => new(work, Overlaps);

    /// <summary>Renames what was staged into place. On Windows most programs cannot read a file that is open for writing: it is closed before.</summary>
    /// <param name="staged">What was staged.</param>
    /// <param name="sibling">The name that it has.</param>
    /// <param name="overwrite">False to leave alone what somebody put there at the same moment.</param>
    public void Place(StagedFile staged, string sibling, bool overwrite)
    {
        if (OperatingSystem.IsWindows())
        {
            Flush(staged);
            staged.Handle.Dispose();
        }

        SafeFileHandle? replaced = overwrite ? OpenReplaced(staged.Path) : null;
        try
        {
            if (overwrite)
            {
                Guard(staged.Path, () => Rename(sibling, staged.Path));
            }
            else
            {
                Guard(staged.Path, () => RenameNew(sibling, staged.Path));
            }
        }
        finally
        {
            Release(replaced);
        }
    }

    /// <summary>
    /// Closes a file that has no name any more, meanwhile: whoever closes such a file last waits until its blocks are free, which
    /// nothing depends on.
    /// </summary>
    public void Release(SafeFileHandle? handle)
    {
        if (handle is null)
        {
            return;
        }

        if (Overlaps && !OperatingSystem.IsWindows())
        {
            ThreadPool.UnsafeQueueUserWorkItem(closed => closed.Dispose(), handle, preferLocal: false);
        }
        else
        {
            handle.Dispose();
        }
    }

    /// <summary>Removes a file that cannot be used, if that can be done.</summary>
    public void DeleteQuietly(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next writer removes what is left over.
        }
    }

    /// <summary>When the file was written last, in UTC.</summary>
    public DateTime GetModified(string path) => Guard(path, () => Modified(path));

    /// <summary>
    /// Gives a file that cannot be used another name in its folder, and never one that is taken. Under the lock of whoever
    /// writes there. The caller flushes the folder.
    /// </summary>
    /// <returns>The new path: the old one with a dot and <paramref name="suffix"/>, and a number where that is taken.</returns>
    public string MoveAside(string path, string suffix)
    {
        for (int number = 1; ; number++)
        {
            string aside = number == 1 ? $"{path}.{suffix}" : $"{path}.{suffix}-{number}";
            if (Inspect(aside) is null)
            {
                Guard(path, () => Rename(path, aside));
                return aside;
            }
        }
    }

    /// <summary>Removes a file; nothing happens when it is not there.</summary>
    public void DeleteFile(string path) => Guard(path, () => Delete(path));

    /// <summary>Makes the names in a folder durable: what was created, renamed or removed there survives a power cut.</summary>
    public void FlushFolder(string path) => Guard(path, () => SyncFolder(path));

    /// <summary>The full paths of the files in a folder whose names match a pattern; empty when there is no folder.</summary>
    public IReadOnlyList<string> ListFiles(string path, string pattern) => Guard(path, () => List(path, pattern));

    /// <summary>The files in a folder that never got their final name and that nobody is writing.</summary>
    public IReadOnlyList<string> ListLeftovers(string folder) => CheckFolder(folder)
        ? [.. ListFiles(folder, "*" + StorePaths.TemporaryExtension).Where(path => !IsHeld(path, exclusive: true))]
        : [];

    /// <summary>Some of them, as the folder gives them: what they are is told without a look at all.</summary>
    public IReadOnlyList<string> ListSome(string path, string pattern, int most) => Guard(path, () => List(path, pattern, most));

    // Kept open over the rename that takes its name away, to be closed by Release. Windows would refuse the rename.
    private SafeFileHandle? OpenReplaced(string path)
    {
        try
        {
            return OperatingSystem.IsWindows() ? null : Guard(path, () => Open(path, OpenFlags.ReadOnly));
        }
        catch (LlmConfigException)
        {
            // One that does not let itself be read is replaced all the same.
            return null;
        }
    }

    // A folder that is not ours may not let itself be opened; its own writers flush it then.
    private bool TryFlushParent(string path)
    {
        try
        {
            SyncFolder(Path.GetDirectoryName(path)!);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LlmConfigException)
        {
            // The folder is there; what is written into it is flushed with it.
            return false;
        }
    }

    private static SecretBytes ReadSecret(string path, SafeFileHandle handle, int length)
    {
        var bytes = new SecretBytes(length);
        try
        {
            return Fill(path, handle, bytes.Span) == length ? bytes : throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt, path, $"'{path}' became shorter while it was read.", "Run the command again once nothing writes it.");
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static string SiblingOf(string path) =>
        $"{path}.{Convert.ToHexString(Guid.NewGuid().ToByteArray().AsSpan(0, 6))}{StorePaths.TemporaryExtension}";

    // The file may shrink or grow while it is read: what was read is then judged by whoever parses it. The buffer is the one
    // returned, so that no copy of a master key stays behind.
    private static byte[] ReadAll(string path, SafeFileHandle handle, int length)
    {
        byte[] buffer = new byte[length];
        int read = Fill(path, handle, buffer);
        return read == length ? buffer : buffer[..read];
    }

    // Piece by piece, so that a large file that did not change costs no memory.
    private static bool Holds(string path, SafeFileHandle handle, byte[] content)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CompareBytes);
        try
        {
            for (int at = 0; at < content.Length; at += CompareBytes)
            {
                ReadOnlySpan<byte> expected = content.AsSpan(at, Math.Min(CompareBytes, content.Length - at));
                if (Fill(path, handle, buffer.AsSpan(0, expected.Length), at) < expected.Length || !expected.SequenceEqual(buffer.AsSpan(0, expected.Length)))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // How much was read: less than was asked for at the end of the file only.
    private static int Fill(string path, SafeFileHandle handle, Span<byte> into, long start = 0)
    {
        try
        {
            int read = 0, count = 1;
            for (; read < into.Length && count > 0; read += count)
            {
                count = RandomAccess.Read(handle, into[read..], start + read);
            }

            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, path);
        }
    }

    private static void Guard(string path, Action call) => Guard(path, () =>
    {
        call();
        return true;
    });

    private static T Guard<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, path);
        }
    }

    private void WriteAll(string path, SafeFileHandle handle, ReadOnlySpan<byte> content)
    {
        // A span cannot be captured by what Guard takes.
        try
        {
            Write(handle, content, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, path);
        }
    }
}
