namespace LlmConfig.Shell;

/// <summary>Where the script comes from.</summary>
internal enum ShellMode
{
    /// <summary>Nothing was given: the prompt on a terminal, else the script on standard input.</summary>
    PromptOrStandardInput,

    /// <summary>The script is on the command line.</summary>
    Command,

    /// <summary>The script is in a file.</summary>
    File,

    /// <summary>The script is on standard input, asked for with <c>-Command -</c>.</summary>
    StandardInput,

    /// <summary>Only the usage is wanted.</summary>
    Help,

    /// <summary>Only the version is wanted.</summary>
    Version,
}
