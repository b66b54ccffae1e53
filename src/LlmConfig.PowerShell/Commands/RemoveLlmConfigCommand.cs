using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Remove-LlmConfig: removes configurations and their keys.</summary>
[Cmdlet(VerbsCommon.Remove, "LlmConfig", SupportsShouldProcess = true, DefaultParameterSetName = ByName, HelpUri = HelpPage.Folder + "Remove-LlmConfig.md")]
[OutputType(typeof(void))]
public sealed class RemoveLlmConfigCommand : ConfigurationChangeCommand
{
    private const int MostNames = 5;

    private readonly List<LlmConfiguration> _items = [];
    private bool _isPattern;

    /// <summary>Leaves the keys in their vaults, for other stores that share them.</summary>
    [Parameter]
    public SwitchParameter KeepKey { get; set; }

    /// <summary>Does not ask before several configurations, or those that a pattern matches, are removed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    // Each was asked about, or nobody wants to be asked.
    private bool IsAsked => MyInvocation.BoundParameters.ContainsKey("Confirm") || GetVariableValue("ConfirmPreference") is ConfirmImpact.None;

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        if (_items.Count > 0 && ((_items.Count == 1 && !_isPattern) || Force || IsAsked || MayRemoveAll()))
        {
            WriteResults(Repository.Remove([.. _items.Select(item => item.Id)], KeepKey, Cancellation), item => WriteVerbose($"Removed '{item.Name}'."));
        }
    });

    private protected override void Process(LlmConfiguration item)
    {
        string action = item.Vault is null ? "Remove LLM configuration"
            : item.KeyName is { } secret ? $"Remove LLM configuration and leave its key, the secret '{DisplayText.Of(secret)}', in the vault '{item.Vault}'"
            : KeepKey ? $"Remove LLM configuration and leave its key in the vault '{item.Vault}'"
            : $"Remove LLM configuration and its key from the vault '{item.Vault}'";
        if (_items.TrueForAll(other => other.Id != item.Id) && ShouldProcess(item.Name, action))
        {
            _items.Add(item);
            _isPattern |= ParameterSetName == ByName && Name.Any(name => WildcardPattern.ContainsWildcardCharacters(name) && Repository.Find(name) is null);
        }
    }

    private bool MayRemoveAll()
    {
        string names = string.Join(", ", _items.Take(MostNames).Select(item => $"'{item.Name}'")) + (_items.Count > MostNames ? $" and {_items.Count - MostNames} more" : string.Empty);
        string keys = KeepKey || _items.TrueForAll(item => item.Vault is null || item.KeyName is not null) ? string.Empty : ", with their keys";
        return Ask($"Remove {names}{keys}?", "Several configurations") ?? throw new LlmConfigException(
            LlmConfigErrorCode.InvalidArgument,
            null,
            $"{names} would be removed{keys}, and nobody can be asked here.",
            "Add -Force or -Confirm:$false to remove them; -WhatIf lists them.");
    }
}
