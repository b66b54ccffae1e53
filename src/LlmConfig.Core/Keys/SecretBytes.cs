using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// Bytes of a secret in memory that the garbage collector does not copy around and that are zeroed when disposed of.
/// </summary>
internal sealed class SecretBytes : IDisposable
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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

    /// <summary>A text in UTF-8.</summary>
    /// <exception cref="EncoderFallbackException">It holds half of a surrogate pair.</exception>
    public static SecretBytes From(ReadOnlySpan<char> text)
    {
        var bytes = new SecretBytes(Strict.GetByteCount(text));
        Strict.GetBytes(text, bytes.Span);
        return bytes;
    }

    /// <summary>A text in UTF-8, without a copy of it on the managed heap that is not zeroed.</summary>
    /// <exception cref="EncoderFallbackException">It holds half of a surrogate pair.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of before.</exception>
    public static unsafe SecretBytes From(SecureString text)
    {
        nint plain = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            return From(new ReadOnlySpan<char>((void*)plain, text.Length));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(plain);
        }
    }

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_buffer);
        _disposed = true;
    }
}
