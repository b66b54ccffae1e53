namespace LlmConfig;

/// <summary>
/// Where the configurations of a document lie in the bytes that it was read from or written to, one range for each, in
/// order: those that a change leaves alone are copied into the next file as they stand.
/// </summary>
internal sealed class StoredEntries(ReadOnlyMemory<byte> bytes, IReadOnlyList<Range> ranges)
{
    public int Count => ranges.Count;

    /// <summary>The JSON object of one configuration.</summary>
    public ReadOnlySpan<byte> this[int index] => bytes.Span[ranges[index]];

    /// <summary>The same file with only some of its configurations: what has to be read back of what was written.</summary>
    public byte[] Extract(IReadOnlyCollection<int> indexes)
    {
        if (Count == 0)
        {
            return bytes.ToArray();
        }

        using var part = new MemoryStream();
        part.Write(bytes.Span[..ranges[0].Start.Value]);
        string separator = string.Empty;
        foreach (int index in indexes)
        {
            part.Write(System.Text.Encoding.ASCII.GetBytes(separator));
            part.Write(this[index]);
            separator = ",";
        }

        part.Write(bytes.Span[ranges[^1].End.Value..]);
        return part.ToArray();
    }
}
