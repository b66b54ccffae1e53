using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Get-LlmConfig: reads configurations, never keys.</summary>
[Cmdlet(VerbsCommon.Get, "LlmConfig", DefaultParameterSetName = ByName, HelpUri = HelpPage.Folder + "Get-LlmConfig.md")]
[OutputType(typeof(LlmConfiguration))]
public sealed class GetLlmConfigCommand : ConfigurationsCommand
{
    private const string ByDefault = "Default";
    private const string ByActive = "Active";

    // The view with a column for the vault.
    private const string WithVault = "LlmConfig.LlmConfiguration#Vault";

    private bool? _hasSeveralVaults;

    /// <summary>Names or patterns; all without one.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The default configuration only.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByDefault)]
    public SwitchParameter Default { get; set; }

    /// <summary>Those that are in the environment now, by Use-LlmConfig, Enter-LlmConfig or llmconfig exec.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByActive)]
    public SwitchParameter Active { get; set; }

    /// <summary>Only those of these providers.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[]? Provider { get; set; }

    /// <summary>Only those whose keys lie in these vaults.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string[]? Vault { get; set; }

    /// <summary>Only those that have one of these tags.</summary>
    [Parameter]
    [Alias("Tags")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case ByDefault when Default:
                Guard(() => WriteAll(Repository.GetDefault() is { } item ? [item] : []));
                break;
            case ByActive when Active:
                Guard(() => WriteAll(Repository.GetActive()));
                break;
            case ByDefault or ByActive:
                break;
            default:
                ForEach(Name, Write);
                break;
        }
    }

    private void WriteAll(IReadOnlyList<LlmConfiguration> items)
    {
        foreach (LlmConfiguration item in items)
        {
            Write(item);
        }
    }

    private void Write(LlmConfiguration item)
    {
        if (!ConfigurationSelector.IsMatch(Provider, item.Provider) || !ConfigurationSelector.IsMatch(Vault, item.Vault) || !ConfigurationSelector.HasTag(Tag, item))
        {
            return;
        }

        // A table cannot know of its other rows: where the keys of a store lie in several vaults, each configuration says so by its type name.
        string? first = null;
        _hasSeveralVaults ??= Repository.GetAll().Any(other => other.Vault is { } vault && !string.Equals(vault, first ??= vault, StringComparison.OrdinalIgnoreCase));
        if (_hasSeveralVaults == false)
        {
            WriteObject(item);
            return;
        }

        // A copy: the engine remembers the names of an object, and this one may be given again when there is one vault.
        var shown = new PSObject(item with { });
        shown.TypeNames.Insert(0, WithVault);
        WriteObject(shown);
    }
}
