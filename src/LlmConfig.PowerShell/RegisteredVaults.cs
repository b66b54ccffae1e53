namespace LlmConfig;

/// <summary>The vaults that are registered with SecretManagement in this session.</summary>
internal sealed class RegisteredVaults : IKeyVaultSource
{
    private const string ModuleName = "Microsoft.PowerShell.SecretManagement";

    // This version keeps new keys in the built-in vault unless told otherwise.
    public string? DefaultVault => null;

    public IKeyVault Open(string name) => throw NotUsable(ShownText.Of(name));

    private static LlmConfigException NotUsable(string name) => IsInstalled
        ? new LlmConfigException(
            LlmConfigErrorCode.VaultNotFound,
            name,
            $"The vault '{name}' cannot be used: this version knows the built-in vault only.",
            $"Use the built-in one, '{LlmConfigRepository.BuiltInVault}'.")
        : new LlmConfigException(
            LlmConfigErrorCode.SecretManagementMissing,
            name,
            $"The vault '{name}' would need {ModuleName}, which is not installed.",
            $"Install it with: Install-Module {ModuleName}; or use the built-in vault '{LlmConfigRepository.BuiltInVault}'.");

    private static bool IsInstalled => (Environment.GetEnvironmentVariable("PSModulePath") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => Directory.Exists(Path.Combine(folder, ModuleName)));
}
