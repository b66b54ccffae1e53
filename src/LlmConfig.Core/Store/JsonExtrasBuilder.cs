namespace LlmConfig;

/// <summary>Collects the unknown properties of one JSON object, in their order, however many there are.</summary>
internal sealed class JsonExtrasBuilder
{
    private readonly List<KeyValuePair<string, byte[]>> _properties = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <returns>False when the object has a property of this name already.</returns>
    public bool TryAdd(string name, ReadOnlySpan<byte> value)
    {
        if (!_names.Add(name))
        {
            return false;
        }

        _properties.Add(new(name, value.ToArray()));
        return true;
    }

    public JsonExtras ToExtras() => new(_properties);
}
