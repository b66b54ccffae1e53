using System.Security;
using System.Text.Json;
using System.Text.Unicode;

namespace LlmConfig;

/// <summary>
/// Reads a file to import: finds out its format and hands its bytes, zeroed afterwards, to the reader of that format. A new format is a
/// class of this room that fills an <see cref="ImportSource"/>, and a line here; how its items are imported is <see cref="ImportChange"/>'s alone.
/// </summary>
internal static class ImportFile
{
    /// <summary>The largest file in bytes: 16 MiB, about 37,000 configurations.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    /// <summary>True for the name and the value of a property that is looked for.</summary>
    public delegate bool IsProperty(Utf8JsonReader name, Utf8JsonReader value);

    internal static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static ImportSource Read(string path, ImportFormat? format, SecureString? password)
    {
        using SecretBytes file = new StoreFileSystem().ReadOthersFile(path, MaximumBytes) ?? throw new LlmConfigException(
            LlmConfigErrorCode.NotFound, path, $"There is no file '{path}'.", "Check the path.");
        var source = new ImportSource(path);
        try
        {
            Read(source, file.Span.StartsWith(ByteOrderMark) ? file.Span[ByteOrderMark.Length..] : file.Span, format, password);
            return source;
        }
        catch (Exception e)
        {
            source.Dispose();
            if (Explain(e, path, format) is { } error)
            {
                throw error;
            }

            throw;
        }
    }

    /// <summary>True when an object of JSON has such a property.</summary>
    public static bool HasProperty(ReadOnlySpan<byte> content, IsProperty isIt)
    {
        var json = new Utf8JsonReader(content);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            Utf8JsonReader name = json;
            json.Read();
            if (isIt(name, json))
            {
                return true;
            }

            json.Skip();
        }

        return false;
    }

    private static void Read(ImportSource source, ReadOnlySpan<byte> content, ImportFormat? format, SecureString? password)
    {
        if (!Utf8.IsValid(content))
        {
            throw new StoreFormatException("it is not valid UTF-8");
        }

        switch (format ?? Detect(content))
        {
            case ImportFormat.LlmConfig when SealedExport.IsSealed(content):
                SealedExport.Read(source, content, password);
                break;
            case ImportFormat.LlmConfig:
                // llm_config.json, of a store or as an export without keys: settings only.
                ConfigDocumentReader.Read(content.ToArray()).Configurations.ToList().ForEach(item => source.Add(ImportItem.Of(item, key: null)));
                break;
            case ImportFormat.LlmKeys:
                LlmKeysFile.Read(source, content);
                break;
            case ImportFormat.DotEnv:
                DotEnvFile.Read(source, content);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format));
        }
    }

    // What a parser says of a file with keys may repeat a part of it: it is told where the parser gave up and not on what, and the cause is not kept.
    private static LlmConfigException? Explain(Exception error, string path, ImportFormat? format)
    {
        string? problem = error switch
        {
            StoreFormatException => error.Message,
            JsonException json => $"it is no valid JSON (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1})",
            InvalidOperationException => "it holds text that is no text",
            _ => null,
        };
        return problem is null ? null
            : error is StoreFormatException { NewerVersion: not null } ? new LlmConfigException(
                LlmConfigErrorCode.StoreVersionUnsupported,
                path,
                $"'{path}' was written by a newer version of this module: {problem}.",
                "Update LlmConfig.PowerShell.",
                error)
            : new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt,
                path,
                $"'{path}' cannot be imported: {problem}.",
                format is null
                    ? "Nothing was imported. Look at the file, and name its format with -Format where it was taken for another."
                    : $"Nothing was imported. Look at the file, and whether it is of the format {format}.");
    }

    private static ImportFormat Detect(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> start = content.TrimStart(" \t\r\n"u8);
        return start.IsEmpty ? throw new StoreFormatException("it is empty") : start[0] switch
        {
            (byte)'[' => throw new StoreFormatException("an array is none of the formats"),
            (byte)'{' => HasProperty(start, IsOurs) ? ImportFormat.LlmConfig : ImportFormat.LlmKeys,
            _ => ImportFormat.DotEnv,
        };
    }

    // Names of keys of keys.json have texts for values; a version is a number, and configs an array.
    private static bool IsOurs(Utf8JsonReader name, Utf8JsonReader value) =>
        (name.ValueTextEquals("version"u8) && value.TokenType == JsonTokenType.Number)
        || (name.ValueTextEquals("configs"u8) && value.TokenType == JsonTokenType.StartArray);
}
