using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>An option that is true, false or left out.</summary>
internal static class BooleanOption
{
    /// <exception cref="UsageException">It is neither.</exception>
    public static bool? Read(ParseResult line, Option<string> option) => line.GetValue(option) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw new UsageException($"{option.Name} takes true or false."),
    };
}
