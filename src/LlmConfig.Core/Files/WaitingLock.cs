using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>
/// A permanent lock file that processes wait for, bounded. The holder leaves a note in it, so that who waits in vain
/// can be told whom it waited for. The file is never removed: a replaced lock file has two holders.
/// </summary>
internal sealed partial class WaitingLock(StoreFileSystem files, string path, TimeSpan patience)
{
    /// <summary>How long is waited for the lock of a store: 10 seconds (the design's fifth promise).</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);

    private const int NoteLimit = 1024;
    private const int LongestPause = 8;

    // Several times what a change takes.
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(30);

    private static readonly string Owner = string.Create(
        CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ({Path.GetFileNameWithoutExtension(Environment.ProcessPath)})");

    /// <summary>Takes the lock alone.</summary>
    /// <exception cref="LlmConfigException">StoreBusy: somebody held it for the whole time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    public FileLock Acquire(CancellationToken cancellation)
    {
        FileLock held = Wait(exclusive: true, cancellation);
        try
        {
            Write(held, Remark(StoreFileSystem.ReadLocked(held, NoteLimit)));
            return held;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreFull)
        {
            // A note is not worth failing for; what is to be written next will say so itself.
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Leaves a remark in the file that stays when others take the lock. A power cut may lose it.</summary>
    /// <param name="held">The lock, taken alone.</param>
    /// <param name="remark">One line.</param>
    public void Remark(FileLock held, string remark) => Write(held, remark);

    /// <summary>The remark that was left last; empty where there is none, or where it cannot be read just now.</summary>
    public string ReadRemark() => files.ReadNote(path, NoteLimit) is { } note ? Remark(note) : string.Empty;

    /// <summary>Takes the lock together with others that take it shared.</summary>
    public FileLock AcquireShared(CancellationToken cancellation) => Wait(exclusive: false, cancellation);

    /// <summary>Takes the lock alone if nobody has it now.</summary>
    public FileLock? TryAcquire() => files.TryLockFile(path, exclusive: true);

    private FileLock Wait(bool exclusive, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        int pause = 1;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (files.TryLockFile(path, exclusive) is { } held)
            {
                return held;
            }

            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            if (waited >= patience)
            {
                throw Busy();
            }

            // A little of chance keeps many waiters from asking in step. Who has waited long asks most often, so that
            // newcomers do not overtake it again and again.
            cancellation.WaitHandle.WaitOne(RandomNumberGenerator.GetInt32(1, pause + 1));
            pause = waited < Long ? Math.Min(pause * 2, LongestPause) : 1;
        }
    }

    // The first line says who holds the lock, the second one is the remark. What follows is the rest of a longer note whose
    // writer was killed before it cut it off.
    private void Write(FileLock held, string remark)
    {
        string since = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        files.WriteLocked(held, Encoding.UTF8.GetBytes($"{Owner} since {since}\n{remark}\n"));
    }

    private static string Remark(byte[] note) => Line(note, 1);

    private static string Line(byte[] note, int number) => Encoding.UTF8.GetString(note).Split('\n').ElementAtOrDefault(number) ?? string.Empty;

    // Who takes the lock together with others leaves no note, so what is there may be that of one that ended long ago.
    private static bool IsOfLiveProcess(string note)
    {
        if (Note().Match(note) is not { Success: true } match
            || !int.TryParse(match.Groups["id"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            || !DateTime.TryParse(match.Groups["since"].ValueSpan, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTime since))
        {
            return false;
        }

        try
        {
            using Process process = Process.GetProcessById(id);

            // The number may be another process's by now; the note is precise to a second.
            return process.StartTime.ToUniversalTime() < since + TimeSpan.FromSeconds(2);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception or NotSupportedException)
        {
            // It has ended, or it is another user's.
            return false;
        }
    }

    [GeneratedRegex(@"\Aprocess (?<id>[0-9]+) \(.*\) since (?<since>[0-9TZ:-]+)\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Note();

    private LlmConfigException Busy()
    {
        string note = files.ReadNote(path, NoteLimit) is { } bytes ? Line(bytes, 0).Trim() : string.Empty;
        string holder = IsOfLiveProcess(note) ? DisplayText.Of(note) : "another process";
        return new LlmConfigException(
            LlmConfigErrorCode.StoreBusy,
            path,
            $"The store is in use: {holder} has held its lock for {patience.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} seconds.",
            "Run the command again when that process is done; nothing was changed.");
    }
}
