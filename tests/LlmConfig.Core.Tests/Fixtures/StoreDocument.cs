namespace LlmConfig.Tests;

/// <summary>What <c>llm_config.json</c> says, read and written as the product does.</summary>
internal static class StoreDocument
{
    public static ConfigDocument Read(byte[] file, DateTime? now = null) => ConfigDocumentReader.Read(file, now);

    public static byte[] Write(ConfigDocument document) => ConfigDocumentWriter.Write(document);
}
