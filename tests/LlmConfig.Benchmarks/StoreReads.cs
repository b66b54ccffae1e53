using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace LlmConfig.Benchmarks;

/// <summary>What it costs to read a store, beside the least that it could cost.</summary>
public class StoreReads
{
    private LlmConfigRepository? _repository;
    private LlmConfigRepository? _still;
    private string _path = string.Empty;
    private string _stillPath = string.Empty;
    private byte[] _content = [];
    private byte[] _otherContent = [];

    /// <summary>The folders of the stores, by the number of their configurations. The benchmarks run in this process.</summary>
    internal static Dictionary<int, string> Stores { get; } = [];

    /// <summary>Others that nobody changes: a file that was changed a moment ago is compared byte by byte.</summary>
    internal static Dictionary<int, string> Unchanged { get; } = [];

    [Params(100, 10_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _repository = new LlmConfigRepository(StoreFolder.At(Stores[Count]));
        _path = Path.Combine(Stores[Count], "llm_config.json");
        _still = new LlmConfigRepository(StoreFolder.At(Unchanged[Count]));
        _stillPath = Path.Combine(Unchanged[Count], "llm_config.json");
        _content = File.ReadAllBytes(_path);

        // Another revision: the same size, other bytes.
        _otherContent = (byte[])_content.Clone();
        int digit = _content.AsSpan().IndexOf("\"revision\": "u8) + "\"revision\": ".Length;
        _otherContent[digit]++;
    }

    [IterationSetup(Targets = [nameof(GetAllOfChangedFile), nameof(ReadAndParse)])]
    public void ChangeFile()
    {
        (_content, _otherContent) = (_otherContent, _content);
        File.WriteAllBytes(_path, _content);
    }

    [Benchmark]
    public int GetAllOfChangedFile() => _repository!.GetAll().Count;

    [Benchmark]
    public int ReadAndParse()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(_path));
        return document.RootElement.GetProperty("configs").GetArrayLength();
    }

    [Benchmark]
    public int GetAllOfUnchangedFile() => _still!.GetAll().Count;

    [Benchmark]
    public int Read() => File.ReadAllBytes(_stillPath).Length;

    [GlobalCleanup]
    public void Close()
    {
        _repository?.Dispose();
        _still?.Dispose();
    }
}
