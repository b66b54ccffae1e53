using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Remove-LlmConfig: removes configurations and their keys.</summary>
[Cmdlet(VerbsCommon.Remove, "LlmConfig", SupportsShouldProcess = true, DefaultParameterSetName = ByName)]
[OutputType(typeof(void))]
public sealed class RemoveLlmConfigCommand : ConfigurationChangeCommand
{
    private readonly List<Guid> _ids = [];

    /// <summary>Leaves the keys in their vaults, for other stores that share them.</summary>
    [Parameter]
    public SwitchParameter KeepKey { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        if (_ids.Count > 0)
        {
            WriteResults(Repository.Remove(_ids, KeepKey, Cancellation), item => WriteVerbose($"Removed '{item.Name}'."));
        }
    });

    private protected override void Process(LlmConfiguration item)
    {
        string action = item.Vault is null ? "Remove LLM configuration"
            : KeepKey ? $"Remove LLM configuration and leave its key in the vault '{item.Vault}'"
            : $"Remove LLM configuration and its key from the vault '{item.Vault}'";
        if (!_ids.Contains(item.Id) && ShouldProcess(item.Name, action))
        {
            _ids.Add(item.Id);
        }
    }
}
