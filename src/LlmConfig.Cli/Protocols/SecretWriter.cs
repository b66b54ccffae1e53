using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>Bytes that hold keys, on their way out: pinned, and zeroed when they move or are done with.</summary>
internal sealed class SecretWriter : IDisposable
{
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(4096, pinned: true);
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(_buffer.Length * 2, _length + bytes.Length), pinned: true);
            Written.CopyTo(larger);
            Dispose();
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Writes the name of a property of a JSON object, after a comma where it is not the first.</summary>
    public void WriteName(string name)
    {
        Write(Written.EndsWith("{"u8) ? ""u8 : ","u8);
        WriteText(Encoding.UTF8.GetBytes(name));
        Write(":"u8);
    }

    /// <summary>Writes a JSON string.</summary>
    /// <param name="utf8">The text, valid UTF-8.</param>
    public void WriteText(ReadOnlySpan<byte> utf8)
    {
        Write("\""u8);
        foreach (byte b in utf8)
        {
            if (b is (byte)'"' or (byte)'\\')
            {
                Write([(byte)'\\', b]);
            }
            else if (b < ' ')
            {
                Write([.. "\\u00"u8, Digit(b >> 4), Digit(b & 15)]);
            }
            else
            {
                Write([b]);
            }
        }

        Write("\""u8);

        static byte Digit(int value) => (byte)"0123456789abcdef"[value];
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);
}
