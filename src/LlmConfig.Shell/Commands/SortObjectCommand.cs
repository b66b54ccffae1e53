using System.Management.Automation;

namespace LlmConfig.Shell.Commands;

/// <summary>Objects in order; those that are equal stay as they came.</summary>
[Cmdlet("Sort", "Object")]
internal sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    [Parameter]
    public SwitchParameter Descending { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _items.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        PropertySelector[] keys = [.. Property.Select(PropertySelector.From)];
        bool[] descending = keys.Length == 0 ? [Descending] : [.. keys.Select(key => key.Descending ?? (bool)Descending)];
        var sorted = _items
            .Select(item => (Item: item, Keys: keys.Length == 0 ? [item] : keys.Select(key => key.Select(item).FirstOrDefault().Value).ToArray()))
            .ToList();
        var comparer = Comparer<object?[]>.Create((left, right) => Compare(left, right, descending));
        foreach ((PSObject item, _) in sorted.OrderBy(pair => pair.Keys, comparer))
        {
            WriteObject(item);
        }
    }

    private static int Compare(object?[] left, object?[] right, bool[] descending)
    {
        for (int i = 0; i < left.Length; i++)
        {
            // Values that the engine cannot compare are compared as text, so that a mixed list has an order too.
            if (!LanguagePrimitives.TryCompare(left[i], right[i], ignoreCase: true, out int order))
            {
                order = string.Compare(left[i]?.ToString(), right[i]?.ToString(), StringComparison.OrdinalIgnoreCase);
            }

            if (order != 0)
            {
                return descending[i] ? -order : order;
            }
        }

        return 0;
    }
}
