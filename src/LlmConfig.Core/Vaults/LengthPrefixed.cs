using System.Buffers.Binary;
using System.Text;

namespace LlmConfig;

/// <summary>Parts of bytes one after the other, each behind its length: four bytes, big-endian (docs/file-formats.md).</summary>
internal static class LengthPrefixed
{
    /// <summary>Texts one after the other, in UTF-8.</summary>
    public static byte[] Join(params string[] texts)
    {
        byte[][] parts = Array.ConvertAll(texts, Encoding.UTF8.GetBytes);
        byte[] joined = new byte[parts.Sum(part => sizeof(int) + part.Length)];
        Span<byte> at = joined;
        foreach (byte[] part in parts)
        {
            at = Put(at, part);
        }

        return joined;
    }

    /// <summary>Writes one part.</summary>
    /// <returns>What follows it.</returns>
    public static Span<byte> Put(Span<byte> at, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt32BigEndian(at, part.Length);
        part.CopyTo(at[sizeof(int)..]);
        return at[(sizeof(int) + part.Length)..];
    }

    /// <summary>Takes the next part off the front.</summary>
    /// <exception cref="StoreFormatException">The length does not fit what is there.</exception>
    public static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest)
    {
        int length = rest.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32BigEndian(rest);
        if (length < 0 || length > rest.Length - sizeof(int))
        {
            throw new StoreFormatException("its parts do not fit its size");
        }

        ReadOnlySpan<byte> part = rest.Slice(sizeof(int), length);
        rest = rest[(sizeof(int) + length)..];
        return part;
    }
}
