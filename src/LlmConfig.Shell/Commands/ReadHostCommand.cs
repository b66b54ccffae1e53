using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;

namespace LlmConfig.Shell.Commands;

/// <summary>Asks a question, with the answer masked where it is a secret.</summary>
[Cmdlet(VerbsCommunications.Read, "Host", DefaultParameterSetName = "AsString")]
[OutputType(typeof(string), typeof(SecureString))]
internal sealed class ReadHostCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromRemainingArguments = true)]
    [AllowNull]
    public object? Prompt { get; set; }

    [Parameter(ParameterSetName = "AsSecureString")]
    public SwitchParameter AsSecureString { get; set; }

    [Parameter(ParameterSetName = "AsString")]
    public SwitchParameter MaskInput { get; set; }

    protected override void BeginProcessing()
    {
        if (LanguagePrimitives.TryConvertTo(Prompt, out string question) && !string.IsNullOrEmpty(question))
        {
            Host.UI.Write($"{question}: ");
        }

        if (!AsSecureString && !MaskInput)
        {
            WriteObject(Host.UI.ReadLine());
            return;
        }

        SecureString secret = Host.UI.ReadLineAsSecureString();
        if (AsSecureString)
        {
            WriteObject(secret);
            return;
        }

        // Masked on the screen, but wanted as text: -MaskInput says so.
        using (secret)
        {
            nint text = Marshal.SecureStringToGlobalAllocUnicode(secret);
            try
            {
                WriteObject(Marshal.PtrToStringUni(text, secret.Length));
            }
            finally
            {
                Marshal.ZeroFreeGlobalAllocUnicode(text);
            }
        }
    }
}
