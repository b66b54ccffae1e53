namespace LlmConfig.Shell;

/// <summary>The command line, taken apart.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        llmconfig - LLM provider configurations and their API keys, without pwsh

        Usage:
          llmconfig [options] [-Command] '<script>'      run a script
          llmconfig [options] -File <script.ps1> [args]  run a script file
          llmconfig [options] < <script.ps1>             run what is on standard input
          llmconfig                                      a prompt
          llmconfig exec [<name>] -- <program> [args]    run a program with a configuration
                                                         in its environment; see exec --help

        Options:
          --json            one JSON document on standard output, nothing else there
          -NonInteractive   fail instead of asking
          -NoProfile        accepted; there are no profiles
          --help, -h, -?    this text
          --version         the version

        Exit code: 0 when no error was written, 1 otherwise, 2 for bad usage, 130 after
        Ctrl+C; `exit N` in a script gives N.

        Examples:
          llmconfig 'Get-LlmConfig'
          llmconfig --json 'Get-LlmConfig work'
          llmconfig 'New-LlmConfig -Name work -Provider openai -ApiKeyFromEnvironment OPENAI_API_KEY'
        """;

    /// <summary>Where the script comes from.</summary>
    public ShellMode Mode { get; private init; }

    /// <summary>The script itself, or the path of its file.</summary>
    public string Text { get; private init; } = string.Empty;

    /// <summary>What follows the file: the script's own arguments.</summary>
    public IReadOnlyList<string> FileArguments { get; private init; } = [];

    /// <summary>One JSON document instead of text.</summary>
    public bool Json { get; private init; }

    /// <summary>Questions fail instead of waiting for an answer.</summary>
    public bool NonInteractive { get; private init; }

    /// <exception cref="UsageException">An option is unknown or lacks its value.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var result = new CommandLine();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith('-'))
            {
                // Without options before it, it never comes here.
                if (argument == ExecRun.Word)
                {
                    throw new UsageException("exec comes first and takes no options of scripts: llmconfig exec work -- python app.py");
                }

                return result.WithCommand(arguments.Skip(i));
            }

            switch (argument.ToUpperInvariant())
            {
                case "--JSON" or "-JSON":
                    result = result with { Json = true };
                    break;
                case "-NONINTERACTIVE" or "--NONINTERACTIVE" or "-NONI":
                    result = result with { NonInteractive = true };
                    break;
                case "-NOPROFILE" or "--NOPROFILE" or "-NOP" or "-NOLOGO" or "--NOLOGO":
                    break;
                case "--HELP" or "-HELP" or "-H" or "-?":
                    return result with { Mode = ShellMode.Help };
                case "--VERSION" or "-VERSION" or "-V":
                    return result with { Mode = ShellMode.Version };
                case "-COMMAND" or "--COMMAND" or "-C":
                    return i + 1 < arguments.Count
                        ? result.WithCommand(arguments.Skip(i + 1))
                        : throw new UsageException($"{argument} needs a script after it.");
                case "-FILE" or "--FILE" or "-F":
                    return i + 1 < arguments.Count
                        ? result.WithFile(arguments[i + 1], [.. arguments.Skip(i + 2)])
                        : throw new UsageException($"{argument} needs the path of a script after it.");
                case "-":
                    return i + 1 == arguments.Count
                        ? result with { Mode = ShellMode.StandardInput }
                        : throw new UsageException("Nothing may follow '-': the script is read from standard input.");
                default:
                    throw new UsageException(
                        $"There is no option '{argument}'. Options come before the script; a script that begins with a dash goes after -Command.");
            }
        }

        return result;
    }

    private CommandLine WithCommand(IEnumerable<string> words)
    {
        string text = string.Join(' ', words);
        return text == "-"
            ? this with { Mode = ShellMode.StandardInput }
            : this with { Mode = ShellMode.Command, Text = text };
    }

    private CommandLine WithFile(string path, IReadOnlyList<string> fileArguments) =>
        path == "-"
            ? this with { Mode = ShellMode.StandardInput }
            : !File.Exists(path)
                ? throw new UsageException($"There is no file '{path}'.")
                : this with { Mode = ShellMode.File, Text = Path.GetFullPath(path), FileArguments = fileArguments };
}
