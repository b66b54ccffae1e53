using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The names of the vaults that are registered with SecretManagement, read from the file in which it keeps them. Loading the
/// module for its answer would cost a quarter of a second, make its folder, and delete a file that it cannot read; what
/// the module holds when it is loaded is a copy of the same file, which it reads anew when the file changes.
/// </summary>
internal static class VaultRegistry
{
    // A registration is a few hundred bytes.
    private const int MostBytes = 1024 * 1024;

    /// <summary>The names, in the order of the file; none where there is no such file or it cannot be read.</summary>
    public static IReadOnlyList<string> Names()
    {
        try
        {
            var file = new FileInfo(Location());

            // Without a home the path would lie below the current folder.
            if (!Path.IsPathFullyQualified(Location()) || !file.Exists || file.Length > MostBytes)
            {
                return [];
            }

            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return json.RootElement.TryGetProperty("Vaults", out JsonElement vaults)
                ? [.. vaults.EnumerateObject().Select(vault => vault.Name).Where(name => name.Length > 0 && ShownText.Printable(name) == name)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            return [];
        }
    }

    // As SecretManagement 1.1.2 has it, in RegisteredVaultCache.
    private static string Location() => Path.Combine(
        OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Microsoft", "PowerShell", "secretmanagement")
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? string.Empty, ".secretmanagement"),
        "secretvaultregistry",
        "vaultinfo");
}
