using System.Collections;
using System.Management.Automation;

namespace LlmConfig.Shell.Commands;

/// <summary>Some of the objects, some of their properties.</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
internal sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> _last = new();
    private int _seen;
    private int _passed;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    [Parameter]
    public string? ExpandProperty { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Last { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    private PropertySelector[] Selectors => field ??= [.. Property.Select(PropertySelector.From)];

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(Last)))
        {
            // Skip counts from the end here, as in the original.
            _last.Enqueue(InputObject);
            if (_last.Count > (long)Last + Skip)
            {
                _last.Dequeue();
            }
        }
        else if (_seen++ >= Skip && _passed < First)
        {
            _passed++;
            Pass(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        foreach (PSObject item in _last.Take(_last.Count - Math.Min(Skip, _last.Count)))
        {
            Pass(item);
        }
    }

    private void Pass(PSObject item)
    {
        if (ExpandProperty is not null)
        {
            Expand(item, ExpandProperty);
            return;
        }

        if (Property.Length == 0)
        {
            WriteObject(item);
            return;
        }

        var selected = new PSObject();
        foreach (PropertySelector selector in Selectors)
        {
            foreach ((string name, object? value) in selector.Select(item))
            {
                if (selected.Properties[name] is null)
                {
                    selected.Properties.Add(new PSNoteProperty(name, value));
                }
            }
        }

        // Views are for the whole object; what was picked out is shown as it is.
        selected.TypeNames.Insert(0, "Selected." + item.BaseObject.GetType().FullName);
        WriteObject(selected);
    }

    private void Expand(PSObject item, string property)
    {
        if (item.BaseObject is IDictionary dictionary && dictionary.Contains(property))
        {
            WriteObject(dictionary[property], enumerateCollection: true);
        }
        else if (item.Properties[property] is { } found)
        {
            WriteObject(found.Value, enumerateCollection: true);
        }
        else
        {
            WriteError(new ErrorRecord(
                new PSArgumentException($"Property \"{property}\" cannot be found."),
                "ExpandPropertyNotFound",
                ErrorCategory.InvalidArgument,
                item));
        }
    }
}
