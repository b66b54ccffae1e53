namespace LlmConfig.Cli;

/// <summary>What the process hands back; <c>docs/llmconfig.md</c> promises these numbers.</summary>
internal static class ExitCode
{
    /// <summary>All that was asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Something of what was asked for failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line made no sense; nothing was done.</summary>
    public const int BadUsage = 2;

    /// <summary>exec: no program was started, since its configuration or key cannot be read; as env(1) has it.</summary>
    public const int NotStarted = 125;

    /// <summary>exec: the program cannot be run; as shells have it.</summary>
    public const int NotExecutable = 126;

    /// <summary>exec: there is no such program; as shells have it.</summary>
    public const int NoProgram = 127;
}
