using System.Collections;
using System.Management.Automation;

namespace LlmConfig.Shell.Commands;

/// <summary>Text for the person at the console, also kept in the information stream.</summary>
[Cmdlet(VerbsCommunications.Write, "Host")]
internal sealed class WriteHostCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)]
    [AllowNull]
    public object? Object { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    public object Separator { get; set; } = " ";

    [Parameter]
    public ConsoleColor? ForegroundColor { get; set; }

    [Parameter]
    public ConsoleColor? BackgroundColor { get; set; }

    protected override void ProcessRecord()
    {
        var message = new HostInformationMessage
        {
            Message = Join(Object),
            NoNewLine = NoNewline,
            ForegroundColor = ForegroundColor,
            BackgroundColor = BackgroundColor,
        };
        WriteInformation(message, ["PSHOST"]);
    }

    private string Join(object? value) => value switch
    {
        null => string.Empty,
        string text => text,
        PSObject { BaseObject: IEnumerable and not string } wrapped => Join(wrapped.BaseObject),
        IDictionary dictionary => dictionary.ToString() ?? string.Empty,
        IEnumerable items => string.Join(Separator.ToString(), items.Cast<object?>().Select(Join)),
        _ => LanguagePrimitives.ConvertTo<string>(value),
    };
}
