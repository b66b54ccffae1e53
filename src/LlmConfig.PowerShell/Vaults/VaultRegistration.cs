using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>A vault as it is registered with SecretManagement.</summary>
/// <param name="Name">The vault's name.</param>
/// <param name="ModuleName">The module that serves it.</param>
/// <param name="ModulePath">The module's folder when the vault was registered.</param>
/// <param name="TakesMetadataWithSecret">
/// True when SecretManagement hands metadata to the vault together with a secret. Where it does not, it removes the secret
/// again when the vault refuses the metadata.
/// </param>
internal sealed partial record VaultRegistration(string Name, string ModuleName, string ModulePath, bool TakesMetadataWithSecret)
{
    /// <summary>The module of the built-in vault.</summary>
    public const string OwnModule = "LlmConfig.PowerShell";

    private const string SecretStoreModule = "Microsoft.PowerShell.SecretStore";

    /// <summary>True for the built-in vault under another name.</summary>
    public bool IsOwn => string.Equals(ModuleName, OwnModule, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for SecretStore, whose file several processes overwrite for each other.</summary>
    public bool IsSecretStore => string.Equals(ModuleName, SecretStoreModule, StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the module is where it was, so that the vault can be loaded.</summary>
    public bool IsModuleThere => Directory.Exists(ModulePath) || File.Exists(ModulePath);

    /// <summary>
    /// True when the vault's module has a command for metadata: it may take them after the secret was written, which risks
    /// nothing. Read off the module's files, since loading it may unlock or prompt.
    /// </summary>
    public bool HasMetadataCommand
    {
        get
        {
            try
            {
                return Directory.Exists(ModulePath) && Directory
                    .EnumerateDirectories(ModulePath, ModuleName + ".Extension", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, MatchCasing = MatchCasing.CaseInsensitive })
                    .SelectMany(folder => Directory.EnumerateFiles(folder, "*.ps*1"))
                    .Any(file => File.ReadAllText(file).Contains("Set-SecretInfo", StringComparison.OrdinalIgnoreCase));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>The module and its version, as its manifest gives it.</summary>
    public string ModuleAndVersion
    {
        get
        {
            try
            {
                string manifest = Path.Combine(ModulePath, ModuleName + ".psd1");
                return File.Exists(manifest) && Version().Match(File.ReadAllText(manifest)) is { Success: true } found ? $"{DisplayText.Of(ModuleName)} {found.Groups[1].Value}" : DisplayText.Of(ModuleName);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return DisplayText.Of(ModuleName);
            }
        }
    }

    [GeneratedRegex(@"^\s*ModuleVersion\s*=\s*['""]([0-9.]+)", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Version();

    /// <summary>This vault as the one for new keys, where it is SecretManagement's default; the built-in one where it is that.</summary>
    public VaultChoice AsDefault() => IsOwn
        ? new VaultChoice(LlmConfigRepository.BuiltInVault, $"It is the default vault of SecretManagement, registered there as '{DisplayText.Of(Name)}'.")
        : new VaultChoice(
            Name,
            IsModuleThere
                ? $"It is the default vault of SecretManagement (module {DisplayText.Of(ModuleName)})."
                : $"It is the default vault of SecretManagement, but its module {DisplayText.Of(ModuleName)} is not where it was.");
}
