using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// Finds keys in bytes without having them: of each form it keeps its length, a code (HMAC-SHA256 under a random key of this object) and a
/// short hash of its last 8 bytes, by which a place is looked at closer. The last bytes, since many keys begin alike. Once all forms are
/// added, several threads may search.
/// </summary>
internal sealed class KeyMatcher : IDisposable
{
    /// <summary>The shortest form that can be found, in bytes.</summary>
    public const int Shortest = sizeof(ulong);

    // 16 KiB of bits, which stay in the nearest cache of a processor. With a thousand keys, one place of fifty is looked at closer.
    private const int FilterBits = 17;
    private const int HashBits = 32;
    private const int TagBytes = 16;

    private readonly SecretBytes _codeKey = SecretBytes.Random(SHA256.HashSizeInBytes);
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly ulong _mask;
    private readonly ulong _factor;
    private readonly Dictionary<uint, int[]> _lengths = [];
    private readonly Dictionary<UInt128, int[]> _owners = [];

    public KeyMatcher()
    {
        Span<byte> random = stackalloc byte[2 * sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        _mask = BinaryPrimitives.ReadUInt64LittleEndian(random);
        _factor = BinaryPrimitives.ReadUInt64LittleEndian(random[sizeof(ulong)..]) | 1;
    }

    /// <summary>The length of the longest form, in bytes: as much of what was searched has to stay before what comes next.</summary>
    public int Longest { get; private set; } = Shortest;

    /// <summary>Adds a form.</summary>
    /// <param name="form">Its bytes, <see cref="Shortest"/> or more; they stay the caller's to zero.</param>
    /// <param name="owner">Whose key it is: a number that <see cref="TryFind"/> gives back. A form may have several owners.</param>
    public void Add(ReadOnlySpan<byte> form, int owner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(form.Length, Shortest);
        uint hash = Hash(BinaryPrimitives.ReadUInt64LittleEndian(form[^Shortest..]));
        _filter[hash >> (HashBits - FilterBits + 6)] |= 1UL << (int)(hash >> (HashBits - FilterBits));
        Append(_lengths, hash, form.Length);
        Append(_owners, Tag(form), owner);
        Longest = Math.Max(Longest, form.Length);
    }

    /// <summary>Finds the next form, by where it ends.</summary>
    /// <param name="text">The bytes.</param>
    /// <param name="at">Forms that end before this place or at it are known already; where the one that was found ends.</param>
    /// <param name="length">The length of the longest form that ends there.</param>
    /// <param name="owners">Whose it is, and whose those are that are the end of it.</param>
    public bool TryFind(ReadOnlySpan<byte> text, ref int at, out int length, out int[] owners)
    {
        ulong word = 0;
        foreach (byte c in text[Math.Max(0, at - Shortest)..at])
        {
            word = (word >> 8) | ((ulong)c << 56);
        }

        for (int i = at; i < text.Length; i++)
        {
            word = (word >> 8) | ((ulong)text[i] << 56);
            uint hash = Hash(word);
            if (((_filter[hash >> (HashBits - FilterBits + 6)] >> (int)(hash >> (HashBits - FilterBits))) & 1) != 0
                && _lengths.TryGetValue(hash, out int[]? lengths) && IsForm(text[..(i + 1)], lengths, out length, out owners))
            {
                at = i + 1;
                return true;
            }
        }

        (at, length, owners) = (text.Length, 0, []);
        return false;
    }

    /// <summary>A text that may be shown: what is a key in it is replaced by a remark.</summary>
    /// <param name="text">The text, such as the name of a file.</param>
    /// <param name="owners">Whose keys they were; empty where there was none.</param>
    public string Hide(string text, out IReadOnlyList<int> owners)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var found = new SortedSet<int>();
        var shown = new List<byte>();
        int at = 0;
        int taken = 0;
        while (TryFind(bytes, ref at, out int length, out int[] of))
        {
            found.UnionWith(of);
            if (at - length >= taken)
            {
                shown.AddRange(bytes[taken..(at - length)]);
                shown.AddRange("(key)"u8);
            }

            taken = at;
        }

        owners = [.. found];
        CryptographicOperations.ZeroMemory(bytes.AsSpan(0, taken));
        shown.AddRange(bytes[taken..]);
        return owners.Count == 0 ? text : Encoding.UTF8.GetString([.. shown]);
    }

    /// <summary>Zeroes what is kept of the keys.</summary>
    public void Dispose()
    {
        _codeKey.Dispose();
        Array.Clear(_filter);
        _lengths.Clear();
        _owners.Clear();
    }

    private static void Append<T>(Dictionary<T, int[]> lists, T to, int value)
        where T : notnull
    {
        int[] known = lists.GetValueOrDefault(to, []);
        if (!known.Contains(value))
        {
            lists[to] = [.. known, value];
        }
    }

    private bool IsForm(ReadOnlySpan<byte> text, int[] lengths, out int length, out int[] owners)
    {
        (length, owners) = (0, []);
        foreach (int one in lengths)
        {
            if (one <= text.Length && _owners.TryGetValue(Tag(text[^one..]), out int[]? of))
            {
                (length, owners) = (Math.Max(length, one), [.. owners.Union(of)]);
            }
        }

        return length > 0;
    }

    private uint Hash(ulong word) => (uint)(((word ^ _mask) * _factor) >> HashBits);

    private UInt128 Tag(ReadOnlySpan<byte> form)
    {
        Span<byte> code = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_codeKey.Span, form, code);
        return BinaryPrimitives.ReadUInt128LittleEndian(code[..TagBytes]);
    }
}
