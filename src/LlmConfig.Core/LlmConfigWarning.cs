namespace LlmConfig;

/// <summary>
/// Something that a person should know about although the operation went on: the backup was served, others may read a
/// file, an old key could not be removed yet. Never holds a key, nor a character that steers a terminal.
/// </summary>
/// <param name="Target">The file, vault or configuration concerned.</param>
/// <param name="Message">What happened and what to do about it, in full sentences.</param>
public sealed record LlmConfigWarning(string Target, string Message)
{
    /// <summary>The file, vault or configuration concerned.</summary>
    public string Target { get; } = DisplayText.Printable(Target);

    /// <summary>What happened and what to do about it, in full sentences.</summary>
    public string Message { get; } = DisplayText.Printable(Message);
}
