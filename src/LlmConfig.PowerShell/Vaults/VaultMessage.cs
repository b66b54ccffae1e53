using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// One request or answer between <c>llmconfig</c> and the PowerShell that serves its registered vaults: a JSON document
/// and, where there is one, a key as bytes, so that no key passes through a text. Compiled into both programs.
/// </summary>
/// <remarks>
/// On the pipe: a line with a mark, the two lengths, then the bytes. The mark is random for each PowerShell, since a vault may
/// print there too; whatever is not a line with that mark is skipped.
/// </remarks>
/// <param name="json">The document.</param>
/// <param name="key">The key, pinned by the caller; it belongs to the message from now on. Empty for none.</param>
internal sealed class VaultMessage(byte[] json, byte[] key) : IDisposable
{
    /// <summary>The length of a mark: hexadecimal digits.</summary>
    public const int MarkLength = 32;

    /// <summary>The longest document: what 50,000 keys with labels need.</summary>
    public const int LongestJson = 32 * 1024 * 1024;

    // What a vault may print between two answers.
    private const int LongestNoise = 256 * 1024;
    private const int LongestHeader = MarkLength + 2 + 20;

    public byte[] Json { get; } = json;

    public byte[] Key { get; } = key;

    /// <summary>Memory for a key that is not copied by the garbage collector.</summary>
    public static byte[] NewKey(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    /// <summary>Waits for the next message.</summary>
    /// <returns><see langword="null"/> at the end of the stream, also in the middle of a message.</returns>
    /// <exception cref="InvalidDataException">What came is no message of this protocol.</exception>
    public static VaultMessage? Read(Stream from, string mark)
    {
        if (ReadHeader(from, mark) is not { } header)
        {
            return null;
        }

        (int jsonLength, int keyLength) = header;
        byte[] json = new byte[jsonLength];
        byte[] key = NewKey(keyLength);
        if (from.ReadAtLeast(json, json.Length, throwOnEndOfStream: false) == json.Length
            && from.ReadAtLeast(key, key.Length, throwOnEndOfStream: false) == key.Length)
        {
            return new VaultMessage(json, key);
        }

        CryptographicOperations.ZeroMemory(key);
        return null;
    }

    /// <summary>Writes it in one piece.</summary>
    public void Write(Stream to, string mark)
    {
        byte[] header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n{mark} {Json.Length} {Key.Length}\n"));
        byte[] all = NewKey(header.Length + Json.Length + Key.Length);
        try
        {
            header.CopyTo(all, 0);
            Json.CopyTo(all, header.Length);
            Key.CopyTo(all, header.Length + Json.Length);
            to.Write(all);
            to.Flush();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(all);
        }
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(Key);

    // Byte by byte, so that nothing behind the line is taken into a buffer: a key may stand there.
    private static (int Json, int Key)? ReadHeader(Stream from, string mark)
    {
        var line = new StringBuilder(LongestHeader);
        for (int read = 0; read < LongestNoise; read++)
        {
            switch (from.ReadByte())
            {
                case < 0:
                    return null;
                case '\n' when line.Length > MarkLength && line.ToString(0, MarkLength) == mark:
                    return Lengths(line.ToString(MarkLength, line.Length - MarkLength));
                case '\n':
                    line.Clear();
                    break;
                case int next when line.Length < LongestHeader:
                    line.Append((char)next);
                    break;
                default:
                    break;
            }
        }

        throw new InvalidDataException("More than 256 KiB came that is no answer.");
    }

    private static (int Json, int Key) Lengths(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int json) && json <= LongestJson
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int key) && key <= ApiKey.MaximumBytes
                ? (json, key)
                : throw new InvalidDataException("An answer has lengths that no answer has.");
    }
}
