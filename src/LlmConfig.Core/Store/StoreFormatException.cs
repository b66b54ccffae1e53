using System.Globalization;

namespace LlmConfig;

/// <summary>A file of the store does not hold what its format asks for. Inside the core only; it never names a value.</summary>
#pragma warning disable CA1064 // Caught inside the core, where it becomes an LlmConfigException with a path and a remedy.
internal sealed class StoreFormatException(string problem, Exception? cause = null) : Exception(problem, cause)
{
    /// <summary>The version that the file claims, where it is higher than what is supported.</summary>
    public int? NewerVersion { get; init; }

    /// <summary>A file that a newer version of the module wrote. What else it holds must not be judged.</summary>
    /// <param name="version">The version that it claims.</param>
    public static StoreFormatException Newer(int version) =>
        new(string.Create(CultureInfo.InvariantCulture, $"it has version {version}")) { NewerVersion = version };
}
