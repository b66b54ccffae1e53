using System.Management.Automation;
using LlmConfig.Commands;

namespace LlmConfig.Extension;

/// <summary>Test-SecretVault of the extension: true when secrets could be read and written now; makes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SecretVault")]
[OutputType(typeof(bool))]
public sealed class TestSecretVaultCommand : VaultExtensionCommand
{
    private protected override void Run()
    {
        bool good = true;
        try
        {
            Vault.Check();
        }
        catch (LlmConfigException e)
        {
            good = false;
            WriteError(LlmConfigErrorRecord.From(e));
        }

        foreach (string name in (AdditionalParameters?.Keys.Cast<object>() ?? []).Select(key => key.ToString() ?? string.Empty))
        {
            // SecretManagement adds this one itself.
            if (!string.Equals(name, "Verbose", StringComparison.OrdinalIgnoreCase))
            {
                good = false;
                WriteError(LlmConfigErrorRecord.From(new LlmConfigException(
                    LlmConfigErrorCode.InvalidName,
                    ShownText.Of(name),
                    $"The vault parameter '{ShownText.Of(name)}' is not known.",
                    $"This vault has no parameters; LLMCONFIG_HOME names its folder. Register it again without -VaultParameters.")));
            }
        }

        WriteObject(good);
    }
}
