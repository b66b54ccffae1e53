namespace LlmConfig.Cli;

/// <summary>The only place from which other programs are started: what exec was given, and the command of --key-command.</summary>
internal interface IProgramStarter
{
    /// <summary>Becomes a program, or runs it and waits where a process cannot become another.</summary>
    /// <param name="program">The program and its arguments.</param>
    /// <param name="environment">What is changed in its environment.</param>
    /// <param name="complain">Told why it could not be done.</param>
    /// <returns>The exit code of a failure, or of the program.</returns>
    int Become(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain);

    /// <summary>Runs a program without input and reads what it writes on standard output.</summary>
    /// <param name="program">The program and its arguments; no shell is involved.</param>
    /// <param name="output">Where its output goes; more than fits is an error.</param>
    /// <returns>How many bytes it wrote.</returns>
    /// <exception cref="LlmConfigException">InvalidKey: it cannot be run, fails, or writes too much.</exception>
    int Read(IReadOnlyList<string> program, Span<byte> output);
}
