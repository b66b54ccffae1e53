using System.Collections.ObjectModel;
using System.Management.Automation;

namespace LlmConfig;

/// <summary>The vaults that are registered with SecretManagement for this user.</summary>
/// <param name="cmdlet">The command that runs, on whose pipeline thread everything here is called.</param>
/// <param name="mayAsk">False where SecretStore's password is not to be asked for: it is locked then.</param>
/// <param name="cancellation">Cancelled when that command is stopped.</param>
internal sealed class RegisteredVaults(PSCmdlet cmdlet, bool mayAsk, CancellationToken cancellation) : IKeyVaultSource
{
    private readonly SecretManagementModule _module = new(cmdlet);
    private readonly Dictionary<string, RegisteredVault?> _opened = new(StringComparer.OrdinalIgnoreCase);

    public VaultChoice? DefaultVault
    {
        get
        {
            if (!SecretManagementModule.IsThere || VaultRegistry.Read().DefaultVault is not { } vault)
            {
                return null;
            }

            return SecretManagementModule.IsInstalled ? vault.AsDefault() : new VaultChoice(
                LlmConfigRepository.BuiltInVault,
                $"It is the built-in vault: SecretManagement's default vault '{DisplayText.Of(vault.Name)}' can be used in pwsh only.");
        }
    }

    public IKeyVault? Open(string name) => OpenRegistered(name);

    /// <summary>The same as <see cref="Open"/>.</summary>
    public RegisteredVault? OpenRegistered(string name)
    {
        if (!_opened.TryGetValue(name, out RegisteredVault? vault))
        {
            vault = Find(name);
            _opened.Add(name, vault);
        }

        return vault;
    }

    private RegisteredVault? Find(string name)
    {
        string shown = DisplayText.Of(name);
        if (!SecretManagementModule.IsInstalled)
        {
            throw SecretManagementModule.Missing(shown, $"The vault '{shown}' would need {SecretManagementModule.Name}, which {(SecretManagementModule.IsThere ? "works in pwsh only" : "is not installed here")}.");
        }

        VaultRegistration registration = Ask(name, shown);
        if (registration.IsOwn)
        {
            return null;
        }

        SecretStoreSession? secretStore = registration.IsSecretStore ? new SecretStoreSession(registration, _module, mayAsk) : null;
        return registration.IsModuleThere
            ? new RegisteredVault(new VaultSecrets(registration, _module, secretStore))
            : throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                shown,
                $"The vault '{shown}' is registered, but its module {DisplayText.Of(registration.ModuleName)} is not installed any more.",
                $"Install it with: Install-Module {DisplayText.Of(registration.ModuleName)}; or name another vault with -Vault, or with Set-LlmConfigStore -DefaultVault.");
    }

    // SecretManagement knows its registrations better than a file that it may have written differently.
    private VaultRegistration Ask(string name, string shown)
    {
        Collection<PSObject> vaults;
        try
        {
            vaults = _module.Invoke("Get-SecretVault", [], cancellation);
        }
        catch (VaultFailureException e)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                shown,
                $"SecretManagement does not give its vaults: {e.ShownMessage}",
                "See whether Get-SecretVault works.",
                e);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.SecretManagementMissing)
        {
            throw new LlmConfigException(e.Code, shown, e.Problem, e.RecommendedAction, e);
        }

        if (vaults.FirstOrDefault(vault => string.Equals(VaultSecrets.NameOf(vault), name, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            string registered = VaultSecrets.NameOf(found);
            return new VaultRegistration(
                registered,
                Text(found, "ModuleName"),
                Text(found, "ModulePath"),
                VaultRegistry.Read().Find(registered)?.TakesMetadataWithSecret ?? false);
        }

        string known = string.Join(", ", vaults.Select(vault => $"'{DisplayText.Of(VaultSecrets.NameOf(vault))}'").Append($"'{LlmConfigRepository.BuiltInVault}' (built in)"));
        throw new LlmConfigException(
            LlmConfigErrorCode.VaultNotFound,
            shown,
            $"There is no vault '{shown}'.",
            $"Here there are: {known}. Register-SecretVault adds one.");
    }

    private static string Text(PSObject item, string property) => item.Properties[property]?.Value?.ToString() ?? string.Empty;
}
