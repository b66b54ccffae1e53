using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LlmConfig;

/// <summary>Line and column of a place in a text that is gone through piece by piece: in UTF-8, or what is like it, or in UTF-16.</summary>
internal struct TextPlace
{
    private const ushort LineFeed = '\n';
    private const ushort LowSurrogates = 0xDC00;
    private const ushort SurrogateBits = 0xFC00;

    private readonly bool _isSwapped;

    private TextPlace(bool isWide, bool isSwapped, bool hasMark)
    {
        IsWide = isWide;
        _isSwapped = isSwapped;

        // A byte order mark is no character of the first line.
        Column = hasMark ? 0 : 1;
    }

    /// <summary>True for UTF-16.</summary>
    public bool IsWide { get; }

    /// <summary>The line, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The character of the line (code point), from 1.</summary>
    public long Column { get; private set; }

    /// <summary>The beginning of a file. Without a byte order mark, UTF-16 is known by the zero in its first character.</summary>
    /// <param name="text">What the file begins with.</param>
    public static TextPlace BeginningOf(ReadOnlySpan<byte> text) => text switch
    {
        [0xEF, 0xBB, 0xBF, ..] => new TextPlace(false, false, true),
        [0xFF, 0xFE, ..] => new TextPlace(true, !BitConverter.IsLittleEndian, true),
        [0xFE, 0xFF, ..] => new TextPlace(true, BitConverter.IsLittleEndian, true),
        [not 0, 0, not 0, 0, ..] => new TextPlace(true, !BitConverter.IsLittleEndian, false),
        [0, not 0, 0, not 0, ..] => new TextPlace(true, BitConverter.IsLittleEndian, false),
        _ => new TextPlace(false, false, false),
    };

    /// <summary>Goes on.</summary>
    /// <param name="text">What is gone over: of UTF-16 whole units.</param>
    public void Advance(ReadOnlySpan<byte> text)
    {
        if (IsWide)
        {
            AdvanceWide(MemoryMarshal.Cast<byte, ushort>(text));
            return;
        }

        int last = text.LastIndexOf((byte)LineFeed);
        if (last >= 0)
        {
            Line += text[..(last + 1)].Count((byte)LineFeed);
            Column = 1;
            text = text[(last + 1)..];
        }

        Column += text.Length - ContinuationBytes(text);
    }

    // In UTF-8 all bytes of a character but the first are 10xxxxxx.
    private static int ContinuationBytes(ReadOnlySpan<byte> text)
    {
        int count = 0;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(text);
        foreach (ulong word in words)
        {
            count += BitOperations.PopCount((word >> 7) & (~word >> 6) & 0x0101_0101_0101_0101);
        }

        foreach (byte c in text[(words.Length * sizeof(ulong))..])
        {
            count += (c & 0xC0) == 0x80 ? 1 : 0;
        }

        return count;
    }

    private void AdvanceWide(ReadOnlySpan<ushort> units)
    {
        foreach (ushort raw in units)
        {
            ushort unit = _isSwapped ? BinaryPrimitives.ReverseEndianness(raw) : raw;
            if (unit == LineFeed)
            {
                Line++;
                Column = 1;
            }
            else if ((unit & SurrogateBits) != LowSurrogates)
            {
                Column++;
            }
        }
    }
}
