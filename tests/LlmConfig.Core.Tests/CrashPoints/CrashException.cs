namespace LlmConfig.Tests;

/// <summary>The process is dead: nothing of the core may catch this.</summary>
internal sealed class CrashException() : Exception("The process died here.");
