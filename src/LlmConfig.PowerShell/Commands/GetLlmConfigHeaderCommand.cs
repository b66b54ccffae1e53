using System.Collections;
using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Get-LlmConfigHeader: the headers of a request to a provider, the key among them in plain text.</summary>
[Cmdlet(VerbsCommon.Get, "LlmConfigHeader", DefaultParameterSetName = ByName, HelpUri = HelpPage.Folder + "Get-LlmConfigHeader.md")]
[OutputType(typeof(Hashtable))]
public sealed class GetLlmConfigHeaderCommand : ConfigurationCommand
{
    /// <summary>The name, taken literally; the default configuration without one.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        // A Hashtable: what -Headers takes, and what + joins with further headers.
        var headers = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in Repository.GetHeaders(Select(Name).Id, Cancellation))
        {
            headers.Add(name, value);
        }

        WriteObject(headers);
    });
}
