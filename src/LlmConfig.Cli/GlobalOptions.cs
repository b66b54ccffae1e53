namespace LlmConfig.Cli;

/// <summary>What can be given with every verb.</summary>
internal sealed record GlobalOptions
{
    /// <summary>One JSON document instead of text for people.</summary>
    public bool Json { get; init; }

    /// <summary>The folder of the store; <see langword="null"/> for the one that the environment names.</summary>
    public string? Home { get; init; }

    /// <summary>Questions are answered with yes.</summary>
    public bool Yes { get; init; }

    /// <summary>Nobody is asked anything.</summary>
    public bool NoInput { get; init; }
}
