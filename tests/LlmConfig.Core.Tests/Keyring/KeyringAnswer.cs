namespace LlmConfig.Tests;

/// <summary>A line that the worker's <c>keyring</c> command wrote; see there.</summary>
internal sealed record KeyringAnswer(
    string Operation, string Result, string? Digest, string? Message, string? Details, long Milliseconds);
