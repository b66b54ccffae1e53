namespace LlmConfig.Shell;

/// <summary>The command line made no sense; the message says which part and what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
