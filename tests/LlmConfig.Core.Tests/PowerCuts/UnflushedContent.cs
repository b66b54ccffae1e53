namespace LlmConfig.Tests;

/// <summary>What a power cut leaves of what was written to a file since its last flush.</summary>
internal enum UnflushedContent
{
    Lost = 1,
    Torn = 2,
    Whole = 3,
}
