using System.Management.Automation;
using DriveNotFoundException = System.Management.Automation.DriveNotFoundException;

namespace LlmConfig.Commands;

/// <summary>Paths as a person gives them to a cmdlet: relative, with wildcards, on a drive; of the file system only.</summary>
internal static class FilePath
{
    private const string FileSystem = "FileSystem";

    /// <summary>The files that a path with wildcards means.</summary>
    /// <exception cref="LlmConfigException">NotFound: nothing is there; StoreUnsafe: it is of another provider.</exception>
    public static IReadOnlyList<string> Resolve(PSCmdlet cmdlet, string path) => Resolve(path, () =>
        (cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider), provider));

    /// <summary>The file that a path means whatever characters it holds, whether it is there or not.</summary>
    /// <exception cref="LlmConfigException">NotFound: no such drive; StoreUnsafe: it is of another provider.</exception>
    public static string Literal(PSCmdlet cmdlet, string path) => Resolve(path, () =>
        ([cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _)], provider))[0];

    private static IReadOnlyList<string> Resolve(string path, Func<(IReadOnlyList<string> Found, ProviderInfo Provider)> resolve)
    {
        try
        {
            (IReadOnlyList<string> found, ProviderInfo provider) = resolve();
            if (provider.Name != FileSystem)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.StoreUnsafe,
                    DisplayText.Of(path),
                    $"'{DisplayText.Of(path)}' is a path of the provider {provider.Name}, which keeps no files.",
                    "Name a file.");
            }

            return found.Count > 0 ? found : throw NotThere(path);
        }
        catch (Exception e) when (e is ItemNotFoundException or DriveNotFoundException or ProviderNotFoundException or WildcardPatternException)
        {
            throw NotThere(path);
        }
    }

    // The cause is not kept: it repeats the path, and a key may have been given in its place.
    private static LlmConfigException NotThere(string path) =>
        new(LlmConfigErrorCode.NotFound, DisplayText.Of(path), $"There is no file '{DisplayText.Of(path)}'.", "Check the path; -LiteralPath takes brackets as they are.");
}
