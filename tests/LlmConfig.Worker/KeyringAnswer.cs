namespace LlmConfig.Worker;

/// <summary>What one operation of <see cref="KeyringCommand"/> came to.</summary>
/// <param name="Operation">The operation's name.</param>
/// <param name="Result">The state, the error's code, or "Done".</param>
/// <param name="Digest">SHA-256 of the key that was loaded.</param>
/// <param name="Message">The status's reason or the error's message.</param>
/// <param name="Details">The whole exception, as a log would show it.</param>
/// <param name="Milliseconds">How long the call took.</param>
internal sealed record KeyringAnswer(
    string Operation, string Result, string? Digest, string? Message, string? Details, long Milliseconds);
