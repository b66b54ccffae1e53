using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LlmConfig;

/// <summary>
/// The ways in which a key stands in a file: as it is, with the characters escaped that JSON and URLs escape, and all of these in UTF-8 and
/// in UTF-16 of both byte orders. What is encoded as a whole (base64, compressed, encrypted) is none of them.
/// </summary>
internal static class KeyForms
{
    // What stands for a byte; null for the byte itself. Most keys have no byte that any of them changes.
    private static readonly Func<byte, string?>[] Writings =
    [
        _ => null,
        Json,
        c => c == '/' ? "\\/" : Json(c),

        // What System.Text.Json escapes unless it is told otherwise.
        c => c is (byte)'"' or (byte)'&' or (byte)'\'' or (byte)'+' or (byte)'<' or (byte)'>' or (byte)'`' ? $"\\u{c:X4}" : Json(c),
        c => IsUnreserved(c) ? null : $"%{c:X2}",
        c => IsUnreserved(c) ? null : $"%{c:x2}",
        c => IsUnreserved(c) || c == '/' ? null : $"%{c:X2}",
    ];

    /// <summary>Takes one form; it is zeroed afterwards.</summary>
    public delegate void Take(ReadOnlySpan<byte> form);

    /// <summary>Makes each form of a key; the same may come more than once.</summary>
    /// <param name="key">The key in UTF-8.</param>
    /// <param name="take">Called for each.</param>
    public static void Make(ReadOnlySpan<byte> key, Take take)
    {
        foreach (Func<byte, string?> writing in Writings)
        {
            using SecretBytes form = Write(key, writing);
            using var wide = new SecretBytes(Encoding.UTF8.GetCharCount(form.Span) * sizeof(char));
            Span<char> characters = MemoryMarshal.Cast<byte, char>(wide.Span);
            Encoding.UTF8.GetChars(form.Span, characters);
            take(form.Span);
            take(wide.Span);
            Span<ushort> units = MemoryMarshal.Cast<byte, ushort>(wide.Span);
            BinaryPrimitives.ReverseEndianness(units, units);
            take(wide.Span);
        }
    }

    private static string? Json(byte c) => c switch
    {
        (byte)'"' => "\\\"",
        (byte)'\\' => "\\\\",
        _ => null,
    };

    // RFC 3986, 2.3.
    private static bool IsUnreserved(byte c) => char.IsAsciiLetterOrDigit((char)c) || c is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';

    private static SecretBytes Write(ReadOnlySpan<byte> key, Func<byte, string?> writing)
    {
        int length = 0;
        foreach (byte c in key)
        {
            length += writing(c)?.Length ?? 1;
        }

        var form = new SecretBytes(length);
        Span<byte> rest = form.Span;
        foreach (byte c in key)
        {
            if (writing(c) is { } escaped)
            {
                rest = rest[Encoding.ASCII.GetBytes(escaped, rest)..];
            }
            else
            {
                rest[0] = c;
                rest = rest[1..];
            }
        }

        return form;
    }
}
