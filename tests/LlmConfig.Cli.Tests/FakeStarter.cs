namespace LlmConfig.Cli.Tests;

/// <summary>Starts nothing and notes what would have been started.</summary>
internal sealed class FakeStarter : IProgramStarter
{
    public List<IReadOnlyList<string>> Started { get; } = [];

    /// <summary>The keys that each was given.</summary>
    public List<string> Given { get; } = [];

    public byte[] Writes { get; set; } = [];

    public int Become(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain)
    {
        Started.Add(program);
        return 0;
    }

    public int Read(IReadOnlyList<string> program, Span<byte> output, params ReadOnlySpan<ApiKey> input)
    {
        Started.Add(program);
        Given.Add(string.Join(' ', input.ToArray().Select(key => key.ToPlainText())));
        if (output.IsEmpty)
        {
            return 0;
        }

        Writes.CopyTo(output);
        return Writes.Length;
    }
}
