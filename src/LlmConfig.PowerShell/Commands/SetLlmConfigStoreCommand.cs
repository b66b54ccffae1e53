using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>Set-LlmConfigStore: which vault takes new keys, and what protects the built-in one.</summary>
[Cmdlet(VerbsCommon.Set, "LlmConfigStore", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Set-LlmConfigStore.md")]
[OutputType(typeof(StoreInfo))]
public sealed class SetLlmConfigStoreCommand : LlmConfigCommand
{
    /// <summary>What keeps the master key of the built-in vault.</summary>
    [Parameter]
    public ProtectorKind Protector { get; set; }

    /// <summary>The new passphrase of the protector Passphrase; asked for where it is left out.</summary>
    [Parameter]
    [SecureStringOnly]
    public SecureString? Passphrase { get; set; }

    /// <summary>With <see cref="Protector"/>: hand on the master key that there is, instead of making a new one.</summary>
    [Parameter]
    public SwitchParameter KeepMasterKey { get; set; }

    /// <summary>Gives the built-in vault a new master key and seals every key in it anew.</summary>
    [Parameter]
    public SwitchParameter RotateMasterKey { get; set; }

    /// <summary>The vault for new keys; empty for the usual order.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? DefaultVault { get; set; }

    /// <summary>Tries a registered vault anew with a throwaway secret, and keeps what was found.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? ProbeVault { get; set; }

    /// <summary>Gives back the store as it is after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        if (MyInvocation.BoundParameters.ContainsKey(nameof(DefaultVault))
            && ShouldProcess(
                Repository.Folder,
                $"{(string.IsNullOrWhiteSpace(DefaultVault) ? "Forget the default vault" : $"Send new keys to the vault '{DisplayText.Of(DefaultVault)}'")} (now: '{DisplayText.Of(Repository.GetDefaultVault().Name)}')"))
        {
            Repository.SetDefaultVault(DefaultVault, Cancellation);
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(Protector))
            && ShouldProcess(Repository.Folder, $"Let {Protector} protect the built-in vault"))
        {
            Repository.SetProtector(Protector, SecretParameters.ToPassword(Passphrase), KeepMasterKey, Cancellation);
        }

        if (RotateMasterKey && ShouldProcess(Repository.Folder, "Give the built-in vault a new master key and seal every key anew"))
        {
            Repository.RotateMasterKey(Cancellation);
        }

        if (ProbeVault is { } vault && ShouldProcess(DisplayText.Of(vault), "Try the vault with a throwaway secret"))
        {
            Repository.ProbeVault(vault, Cancellation);
        }

        if (PassThru)
        {
            WriteObject(Repository.GetStore());
        }
    });
}
