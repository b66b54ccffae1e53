using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>Searches one file after the other for keys, in pieces that overlap by the longest of them.</summary>
/// <param name="matcher">Knows the keys.</param>
/// <param name="read">Told how many bytes were read.</param>
internal sealed class FileSearch(KeyMatcher matcher, Action<int> read) : IDisposable
{
    // Large enough that calls do not count, small enough to stay in a cache of the processor.
    private const int Piece = 256 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(Piece + (2 * matcher.Longest), pinned: true);
    private readonly Dictionary<int, long> _ends = [];
    private int _used;

    /// <summary>A key in a file.</summary>
    /// <param name="Owner">Whose it is.</param>
    /// <param name="Line">The line, from 1.</param>
    /// <param name="Column">The character of the line, from 1.</param>
    public readonly record struct Place(int Owner, long Line, long Column);

    /// <summary>Searches a file from its beginning to its end.</summary>
    /// <param name="file">The file.</param>
    /// <param name="found">Gets what is found, in the order of the file.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="IOException">It cannot be read to its end.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Run(SafeFileHandle file, List<Place> found, CancellationToken cancellation)
    {
        long offset = 0;
        int kept = 0;
        TextPlace place = default;
        _ends.Clear();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = RandomAccess.Read(file, _buffer.AsSpan(kept), offset + kept);
            if (count == 0)
            {
                return;
            }

            read(count);
            ReadOnlySpan<byte> text = _buffer.AsSpan(0, kept + count);
            _used = Math.Max(_used, text.Length);
            if (offset == 0 && kept == 0)
            {
                place = TextPlace.BeginningOf(text);
            }

            Find(text, kept, offset, place, found);

            // Whole units of UTF-16 go.
            int gone = Math.Max(0, text.Length - matcher.Longest) & ~1;
            place.Advance(text[..gone]);
            text[gone..].CopyTo(_buffer);
            (kept, offset) = (text.Length - gone, offset + gone);
        }
    }

    /// <summary>Zeroes what was read: there may be keys in it.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, _used));

    private void Find(ReadOnlySpan<byte> text, int at, long offset, TextPlace beginning, List<Place> found)
    {
        TextPlace place = beginning;
        int reached = 0;
        while (matcher.TryFind(text, ref at, out int length, out int[] owners))
        {
            int start = at - length;

            // In the one byte order of UTF-16, a key reads as one in the other, a byte off, where a character of ASCII stands beside it.
            int shown = place.IsWide ? (start + 1) & ~1 : start;
            if (shown < reached)
            {
                (place, reached) = (beginning, 0);
            }

            place.Advance(text[reached..shown]);
            reached = shown;
            foreach (int owner in owners)
            {
                if (!_ends.TryGetValue(owner, out long end) || offset + start >= end)
                {
                    found.Add(new Place(owner, place.Line, place.Column));
                }

                _ends[owner] = offset + at;
            }
        }
    }
}
