using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Security;

namespace LlmConfig.Shell.Commands;

/// <summary>Plain text to a SecureString. The encrypted forms of the original are not offered: they are for Windows' own key store.</summary>
[Cmdlet(VerbsData.ConvertTo, "SecureString")]
[OutputType(typeof(SecureString))]
internal sealed class ConvertToSecureStringCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string String { get; set; } = string.Empty;

    [Parameter(Mandatory = true)]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>Accepted, as by the original, where it has meant nothing since PowerShell 7.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    [SuppressMessage("Reliability", "CA2000", Justification = "Whoever receives the object owns it.")]
    protected override void ProcessRecord()
    {
        var secret = new SecureString();
        foreach (char character in String)
        {
            secret.AppendChar(character);
        }

        secret.MakeReadOnly();
        WriteObject(secret);
    }
}
