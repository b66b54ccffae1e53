using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>An option that takes one of a few words.</summary>
internal static class EnumOption
{
    /// <exception cref="UsageException">It is none of them.</exception>
    public static T Read<T>(ParseResult line, Option<string> option, T without)
        where T : struct, Enum => line.GetValue(option) is { } word ? Parse<T>(word, option.Name) : without;

    /// <exception cref="UsageException">It is none of them.</exception>
    public static T Parse<T>(string word, string option)
        where T : struct, Enum
    {
        // Not Enum.TryParse alone, which takes numbers and lists too.
        string? name = Enum.GetNames<T>().FirstOrDefault(name => name.Equals(word, StringComparison.OrdinalIgnoreCase));
        return name is not null ? Enum.Parse<T>(name) : throw new UsageException(
            $"{option} takes one of {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");
    }
}
