namespace LlmConfig.Shell;

/// <summary>The command line of <c>llmconfig exec</c>, taken apart.</summary>
internal sealed record ExecLine
{
    public const string Usage = """
        llmconfig exec - run a program with a configuration in its environment

        Usage:
          llmconfig exec [--variable <NAME>] [<configuration>] -- <program> [args]

        The program's key, base URL and model variables are set, those that would win over
        them are cleared. Without a configuration the default one is used; an id does as well.

        Options:
          --variable, -v    the one variable that gets the key
          --help, -h, -?    this text

        Exit code: the program's own; 2 for bad usage, 125 when the configuration or its key
        cannot be read, 126 when the program cannot be run, 127 when there is none.

        Examples:
          llmconfig exec work -- python app.py
          llmconfig exec local --variable OPENAI_API_KEY -- ./tool --fast
        """;

    /// <summary>Only the usage is wanted.</summary>
    public bool Help { get; private init; }

    /// <summary>The configuration's name or id; <see langword="null"/> for the default one.</summary>
    public string? Configuration { get; private init; }

    /// <summary>The variable that gets the key; <see langword="null"/> for the provider's own.</summary>
    public string? Variable { get; private init; }

    /// <summary>The program and its arguments, as they were given.</summary>
    public IReadOnlyList<string> Program { get; private init; } = [];

    /// <param name="arguments">What follows <c>exec</c>.</param>
    /// <exception cref="UsageException">An option is unknown or lacks its value, a word is surplus, or there is no program.</exception>
    public static ExecLine Parse(IReadOnlyList<string> arguments)
    {
        var result = new ExecLine();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            switch (argument)
            {
                case "--":
                    return i + 1 < arguments.Count && arguments[i + 1].Length > 0
                        ? result with { Program = [.. arguments.Skip(i + 1)] }
                        : throw new UsageException("exec needs a program after '--'.");
                case "--help" or "-h" or "-?":
                    return result with { Help = true };
                case "--variable" or "-v" or "-Variable":
                    result = i + 1 < arguments.Count && arguments[i + 1] != "--"
                        ? result with { Variable = arguments[++i] }
                        : throw new UsageException($"{argument} needs the name of a variable after it.");
                    break;
                default:
                    result = argument.StartsWith('-') ? throw new UsageException("exec has no such option. A program and its options go after '--'.")
                        : result.Configuration is not null ? throw new UsageException("exec takes one configuration. The program goes after '--'.")
                        : result with { Configuration = argument };
                    break;
            }
        }

        throw new UsageException("exec needs '--' and a program: llmconfig exec work -- python app.py");
    }
}
