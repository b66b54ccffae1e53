using System.Buffers;
using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace LlmConfig.Shell.Commands;

/// <summary>Property names as they are and numbers for enumerations, like the original; dates, keys and the rest as <c>--json</c> writes them.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
[OutputType(typeof(string))]
internal sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> _items = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    [Parameter]
    public SwitchParameter Compress { get; set; }

    [Parameter]
    public SwitchParameter EnumsAsStrings { get; set; }

    [Parameter]
    public SwitchParameter AsArray { get; set; }

    protected override void ProcessRecord() => _items.Add(InputObject);

    protected override void EndProcessing()
    {
        if (_items.Count == 0)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ObjectJson.Compact with { Indented = !Compress }))
        {
            bool asArray = AsArray || _items.Count > 1;
            // The array around several items is no level of theirs.
            var style = new ObjectJsonStyle(Depth + (asArray ? 1 : 0), CamelCase: false, EnumNames: EnumsAsStrings);
            new ObjectJson(writer, style).Write(asArray ? _items : _items[0]);
        }

        WriteObject(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
