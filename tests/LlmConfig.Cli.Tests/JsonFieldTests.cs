using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>The fields in JSON are the properties of the objects that the cmdlets give, all of them.</summary>
public sealed class JsonFieldTests : IDisposable
{
    private readonly CliStore _store = new CliStore().WithSamples();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(typeof(LlmConfiguration), "get", "work")]
    [InlineData(typeof(LlmConfiguration), "list", "work")]
    [InlineData(typeof(LlmConfiguration), "set", "work", "--default")]
    [InlineData(typeof(LlmProvider), "providers", "openai")]
    [InlineData(typeof(StoreInfo), "store")]
    [InlineData(typeof(CheckResult), "test", "work")]
    [InlineData(typeof(RepairStep), "repair", "--dry-run")]
    public void Nothing_is_missing(Type type, params string[] arguments)
    {
        if (type == typeof(RepairStep))
        {
            File.WriteAllText(Path.Combine(_store.Folder, "llm_config.json"), "{");
        }

        JsonElement first = _store.Run([.. arguments, "--json"]).Data[0];
        Assert.Equal(
            type.GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(),
            first.EnumerateObject().Select(property => property.Name).Order());
    }
}
