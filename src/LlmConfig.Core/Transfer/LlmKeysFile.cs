using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// <c>keys.json</c> of simonw/llm: an object whose names are what <c>llm keys set</c> was given and whose values are keys.
/// Names that begin with <c>//</c> are notes.
/// </summary>
internal static class LlmKeysFile
{
    // needs_key of the plugins (llm-claude-3, llm-gemini, llm-grok, llm-azure …), where it is no id of the catalogue.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["claude"] = "anthropic",
        ["gemini"] = "google",
        ["palm"] = "google",
        ["grok"] = "xai",
        ["azure"] = "azure-openai",
        ["command-r"] = "cohere",
        ["togetherai"] = "together",
        ["hf"] = "huggingface",
    };

    public static void Read(ImportSource source, ReadOnlySpan<byte> content)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var json = new Utf8JsonReader(content);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw new StoreFormatException("it is no object");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (!seen.Add(name))
            {
                throw new StoreFormatException($"'{DisplayText.Of(name)}' stands twice in it");
            }

            if (json.TokenType != JsonTokenType.String)
            {
                throw new StoreFormatException($"'{DisplayText.Of(name)}' is not a text");
            }

            if (name.StartsWith("//", StringComparison.Ordinal))
            {
                continue;
            }

            source.HoldsPlainKeys = true;
            if ((LlmProviderCatalog.Find(name)?.Id ?? Aliases.GetValueOrDefault(name)) is not { } provider)
            {
                source.Remark($"'{DisplayText.Of(name)}' is no provider that the catalogue knows, so its key was skipped. "
                    + "New-LlmConfig with the provider openai-compatible and a base URL takes it.");
                continue;
            }

            try
            {
                source.Add(new ImportItem
                {
                    Name = name,
                    Provider = provider,
                    Key = KeyOf(ref json, name),
                    Origin = $"'{DisplayText.Of(name)}' of the file",
                    BaseUrlRemedy = $"Create it with New-LlmConfig {provider} -BaseUrl.",
                });
            }
            catch (LlmConfigException e)
            {
                source.Add(e);
            }
        }

        // Throws when something follows the end of the document.
        json.Read();
    }

    private static ApiKey KeyOf(ref Utf8JsonReader json, string name)
    {
        using var plain = new SecretBytes(json.ValueSpan.Length);
        int length = json.CopyString(plain.Span);
        return ApiKey.FromUtf8(plain.Span[..length], DisplayText.Of(name));
    }
}
