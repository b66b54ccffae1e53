using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>
/// Bytes of a secret in memory that the garbage collector does not copy around and that are zeroed when disposed of.
/// </summary>
internal sealed class SecretBytes : IDisposable
{
    private readonly byte[] _buffer;
    private bool _disposed;

    /// <summary>Makes a zeroed buffer of <paramref name="length"/> bytes on the pinned heap.</summary>
    public SecretBytes(int length)
    {
        _buffer = GC.AllocateArray<byte>(length, pinned: true);
    }

    /// <summary>Copies <paramref name="value"/>; the caller still has to zero its own copy.</summary>
    public SecretBytes(ReadOnlySpan<byte> value)
        : this(value.Length)
    {
        value.CopyTo(_buffer);
    }

    /// <summary>The number of bytes.</summary>
    public int Length => _buffer.Length;

    /// <summary>The bytes, for as long as this object is not disposed of.</summary>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _buffer;
        }
    }

    /// <summary>Makes <paramref name="length"/> bytes from the operating system's random generator.</summary>
    public static SecretBytes Random(int length)
    {
        var bytes = new SecretBytes(length);
        RandomNumberGenerator.Fill(bytes.Span);
        return bytes;
    }

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_buffer);
        _disposed = true;
    }
}
