namespace LlmConfig.Cli;

/// <summary>How a text is shown where there are colours: the parameter of SGR (ECMA-48, 8.3.117).</summary>
internal enum Tone
{
    Plain = 0,
    Heading = 1,
    Quiet = 2,
    Bad = 31,
    Good = 32,
    Doubtful = 33,
}
