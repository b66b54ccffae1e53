using System.Security;
using System.Text.Json;
using System.Text.Unicode;

namespace LlmConfig;

/// <summary>Reads a file to import: finds out its format and hands its bytes, zeroed afterwards, to the reader of that format.</summary>
internal static class ImportFile
{
    /// <summary>The largest file in bytes: 16 MiB, about 37,000 configurations.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static ImportSource Read(string path, ImportFormat? format, SecureString? password)
    {
        using SecretBytes file = new StoreFileSystem().ReadOthersFile(path, MaximumBytes) ?? throw new LlmConfigException(
            LlmConfigErrorCode.NotFound, path, $"There is no file '{path}'.", "Check the path.");
        ReadOnlySpan<byte> content = file.Span;
        if (content.StartsWith(ByteOrderMark))
        {
            content = content[ByteOrderMark.Length..];
        }

        try
        {
            if (!Utf8.IsValid(content))
            {
                throw new StoreFormatException("it is not valid UTF-8");
            }

            return (format ?? Detect(content)) switch
            {
                ImportFormat.LlmConfig when SealedExport.IsSealed(content) => SealedExport.Read(path, content, password),
                ImportFormat.LlmConfig => ReadDocument(path, content),
                ImportFormat.LlmKeys => LlmKeysFile.Read(path, content),
                ImportFormat.DotEnv => DotEnvFile.Read(path, content),
                _ => throw new ArgumentOutOfRangeException(nameof(format)),
            };
        }
        catch (StoreFormatException e) when (e.NewerVersion is not null)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.StoreVersionUnsupported,
                path,
                $"'{path}' was written by a newer version of this module: {e.Message}.",
                "Update LlmConfig.PowerShell.",
                e);
        }
        catch (StoreFormatException e)
        {
            // The cause is not kept: what a parser says of a file with keys may repeat a part of it.
            throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt,
                path,
                $"'{path}' cannot be imported: {e.Message}.",
                format is null
                    ? "Nothing was imported. Look at the file, and name its format with -Format where it was taken for another."
                    : $"Nothing was imported. Look at the file, and whether it is of the format {format}.");
        }
    }

    // llm_config.json, of a store or as an export without keys: settings only.
    private static ImportSource ReadDocument(string path, ReadOnlySpan<byte> content) =>
        new(path, [.. ConfigDocumentReader.Read(content.ToArray()).Configurations.Select(item => ImportItem.Of(item, key: null))], [], []);

    /// <summary>Says that a parser of JSON gave up, where and not on what.</summary>
    public static StoreFormatException Unreadable(Exception e) => e is JsonException json
        ? new StoreFormatException($"it is no valid JSON (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1})")
        : new StoreFormatException("it holds text that is no text");

    private static ImportFormat Detect(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> start = content.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty)
        {
            throw new StoreFormatException("it is empty");
        }

        return start[0] switch
        {
            (byte)'[' => throw new StoreFormatException("an array is none of the formats"),
            (byte)'{' => IsOurs(start) ? ImportFormat.LlmConfig : ImportFormat.LlmKeys,
            _ => ImportFormat.DotEnv,
        };
    }

    // Names of keys of keys.json have texts for values; a version is a number, and configs an array.
    private static bool IsOurs(ReadOnlySpan<byte> content)
    {
        try
        {
            var json = new Utf8JsonReader(content);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool version = json.ValueTextEquals("version"u8);
                bool configs = json.ValueTextEquals("configs"u8);
                json.Read();
                if ((version && json.TokenType == JsonTokenType.Number) || (configs && json.TokenType == JsonTokenType.StartArray))
                {
                    return true;
                }

                json.Skip();
            }

            return false;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Unreadable(e);
        }
    }
}
