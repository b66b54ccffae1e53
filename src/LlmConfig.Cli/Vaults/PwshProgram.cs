using System.Globalization;

namespace LlmConfig.Cli;

/// <summary>Where PowerShell is on this machine, and how long it is waited for.</summary>
internal static class PwshProgram
{
    /// <summary>Names the program where it is not on the path, or another one is meant.</summary>
    public const string PathVariable = "LLMCONFIG_PWSH";

    /// <summary>The longest wait for one answer, in seconds.</summary>
    public const string TimeoutVariable = "LLMCONFIG_PWSH_TIMEOUT";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The program's full path.</summary>
    /// <param name="variable">Gives an environment variable.</param>
    /// <param name="vault">The vault that needs it, for the error.</param>
    /// <exception cref="LlmConfigException">SecretManagementMissing.</exception>
    public static string Find(Func<string, string?> variable, string vault)
    {
        string named = variable(PathVariable) is { Length: > 0 } value ? value : "pwsh";
        if (Path.IsPathFullyQualified(named))
        {
            return File.Exists(named) ? named : throw Missing(vault, $"{PathVariable} names a file that is not there: '{DisplayText.Of(named)}'.");
        }

        if (named.AsSpan().IndexOfAny('/', '\\') >= 0)
        {
            throw Missing(vault, $"{PathVariable} is neither a full path nor the name of a program: '{DisplayText.Of(named)}'.");
        }

        // Folders of the path that depend on where one is are skipped: whoever owns that folder would get the keys.
        string file = OperatingSystem.IsWindows() && !Path.HasExtension(named) ? named + ".exe" : named;
        return (variable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists)
            ?? throw Missing(vault, $"There is no '{DisplayText.Of(named)}' on the path.");
    }

    /// <summary>The longest wait for one answer.</summary>
    /// <exception cref="LlmConfigException">VaultUnavailable: the variable is no number of seconds.</exception>
    public static TimeSpan Timeout(Func<string, string?> variable, string vault) =>
        variable(TimeoutVariable) is not { Length: > 0 } text ? DefaultTimeout
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is >= 1 and <= 3600 ? TimeSpan.FromSeconds(seconds)
        : throw new LlmConfigException(
            LlmConfigErrorCode.VaultUnavailable, vault, $"{TimeoutVariable} is no number of seconds.", "Set it to a number from 1 to 3600, or remove it.");

    /// <summary>The error where there is no PowerShell to ask.</summary>
    public static LlmConfigException Missing(string vault, string problem, Exception? cause = null) => new(
        LlmConfigErrorCode.SecretManagementMissing,
        vault,
        $"The vault '{vault}' can be reached only through PowerShell. {problem}",
        $"Install PowerShell 7.4 or later, or set {PathVariable} to its full path; or use the built-in vault with --vault {LlmConfigRepository.BuiltInVault}.",
        cause);
}
