namespace LlmConfig.Cli;

/// <summary>Text as a POSIX shell takes it literally.</summary>
internal static class PosixText
{
    /// <summary>The text, quoted where a shell would see more in it than a word.</summary>
    public static string Quote(string text) =>
        text.Length > 0 && text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '@' or '+' or ',')
            ? text
            : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
