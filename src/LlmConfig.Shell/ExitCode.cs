namespace LlmConfig.Shell;

/// <summary>What the process hands back; <c>docs/llmconfig.md</c> promises these numbers.</summary>
internal static class ExitCode
{
    /// <summary>No error was written.</summary>
    public const int Success = 0;

    /// <summary>An error was written, or one ended the script.</summary>
    public const int Failure = 1;

    /// <summary>The command line made no sense, or named a file that is not there.</summary>
    public const int BadUsage = 2;

    /// <summary>exec: no program was started, since its configuration or key cannot be read; as env(1) has it.</summary>
    public const int NotStarted = 125;

    /// <summary>exec: the program cannot be run; as shells have it.</summary>
    public const int NotExecutable = 126;

    /// <summary>exec: there is no such program; as shells have it.</summary>
    public const int NoProgram = 127;

    /// <summary>Stopped by Ctrl+C: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by SIGTERM: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
