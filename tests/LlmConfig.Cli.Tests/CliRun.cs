using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>What one run came to.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Err)
{
    /// <summary>The one document on standard output.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.EndsWith("\n", Out, StringComparison.Ordinal);
            return JsonDocument.Parse(Out).RootElement;
        }
    }

    public IReadOnlyList<JsonElement> Data => [.. Json.GetProperty("data").EnumerateArray()];

    public string Code => Json.GetProperty("error").GetProperty("code").GetString()!;
}
