using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The file in which SecretManagement keeps its registrations, read without loading SecretManagement. It is that module's
/// own format, so whatever is not as expected reads as nothing.
/// </summary>
internal sealed class VaultRegistry
{
    private const int MaximumBytes = 4 * 1024 * 1024;

    private static readonly VaultRegistry None = new(null, []);

    private VaultRegistry(string? defaultVault, IReadOnlyList<VaultRegistration> vaults)
    {
        DefaultVault = vaults.FirstOrDefault(vault => string.Equals(vault.Name, defaultVault, StringComparison.OrdinalIgnoreCase));
        Vaults = vaults;
    }

    /// <summary>The default vault, where one was chosen and is registered.</summary>
    public VaultRegistration? DefaultVault { get; }

    /// <summary>All registrations.</summary>
    public IReadOnlyList<VaultRegistration> Vaults { get; }

    /// <summary>The names that print, in the order of the file.</summary>
    public IEnumerable<string> Names => Vaults.Select(vault => vault.Name).Where(name => name.Length > 0 && DisplayText.Printable(name) == name);

    /// <summary>The folder in which SecretManagement and SecretStore keep their files; <see langword="null"/> without a home folder.</summary>
    public static string? Folder => FolderFor(Environment.GetEnvironmentVariable);

    /// <summary>The registration of this name, letter case apart.</summary>
    public VaultRegistration? Find(string name) => Vaults.FirstOrDefault(vault => string.Equals(vault.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the file; nothing where it is not there or not as expected.</summary>
    public static VaultRegistry Read() => Read(Environment.GetEnvironmentVariable);

    /// <summary>Reads the file of whom these variables belong to.</summary>
    public static VaultRegistry Read(Func<string, string?> variable)
    {
        try
        {
            if (FolderFor(variable) is not { } folder || new FileInfo(Path.Combine(folder, "secretvaultregistry", "vaultinfo")) is not { Exists: true, Length: <= MaximumBytes } file)
            {
                return None;
            }

            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            JsonElement root = json.RootElement;
            return new VaultRegistry(
                root.Text("DefaultVaultName"),
                [.. root.GetProperty(nameof(Vaults)).EnumerateObject().Select(vault => new VaultRegistration(
                    vault.Name,
                    vault.Value.Text("ModuleName") ?? string.Empty,
                    vault.Value.Text("ModulePath") ?? string.Empty,
                    vault.Value.TryGetProperty("SetSecretSupportsMetadata", out JsonElement takes) && takes.ValueKind == JsonValueKind.True))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.SecurityException
            or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return None;
        }
    }

    private static string? FolderFor(Func<string, string?> variable)
    {
        if (OperatingSystem.IsWindows())
        {
            string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return local.Length == 0 ? null : Path.Combine(local, "Microsoft", "PowerShell", "secretmanagement");
        }

        string? home = variable("HOME");
        return string.IsNullOrEmpty(home) || !Path.IsPathFullyQualified(home) ? null : Path.Combine(home, ".secretmanagement");
    }
}
