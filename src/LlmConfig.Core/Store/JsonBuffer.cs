using System.Buffers;

namespace LlmConfig;

/// <summary>Takes the JSON of a file of ours, with the same line ends on every system: .NET 8 writes those of the system it runs on.</summary>
/// <param name="size">As many bytes as it will be, as a rule.</param>
internal sealed class JsonBuffer(int size) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _bytes = new(size);

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    public void Advance(int count)
    {
        if (Environment.NewLine == "\n")
        {
            _bytes.Advance(count);
            return;
        }

        // Not given out twice: what was written still lies there. Texts hold no return, since JSON escapes it.
        Span<byte> written = _bytes.GetSpan(count)[..count];
        int kept = 0;
        foreach (byte value in written)
        {
            if (value != (byte)'\r')
            {
                written[kept++] = value;
            }
        }

        _bytes.Advance(kept);
    }

    /// <summary>The whole file: what was written, and the end of its last line.</summary>
    public byte[] ToFile()
    {
        this.Write("\n"u8);
        return _bytes.WrittenSpan.ToArray();
    }
}
