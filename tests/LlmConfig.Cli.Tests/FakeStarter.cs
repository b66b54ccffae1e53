namespace LlmConfig.Cli.Tests;

/// <summary>Starts nothing and notes what would have been started.</summary>
internal sealed class FakeStarter : IProgramStarter
{
    public List<IReadOnlyList<string>> Started { get; } = [];

    public byte[] Writes { get; init; } = [];

    public int Become(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain)
    {
        Started.Add(program);
        return 0;
    }

    public int Read(IReadOnlyList<string> program, Span<byte> output)
    {
        Started.Add(program);
        Writes.CopyTo(output);
        return Writes.Length;
    }
}
