using System.Collections;

namespace LlmConfig.Tests;

public sealed class GetLlmConfigHeaderTests : EngineTest
{
    public GetLlmConfigHeaderTests() => Run(
        "New-LlmConfig bearer openai -ApiKey $key -AsDefault; New-LlmConfig own anthropic -ApiKey $key; New-LlmConfig local ollama; New-LlmConfig keyless openai",
        ("key", Secure("sk-test-header")));

    [Theory]
    [InlineData("Get-LlmConfigHeader", "Authorization: Bearer sk-test-header")]
    [InlineData("Get-LlmConfigHeader bearer", "Authorization: Bearer sk-test-header")]
    [InlineData("'own' | Get-LlmConfigHeader", "anthropic-version: 2023-06-01; x-api-key: sk-test-header")]
    [InlineData("Get-LlmConfig own | Get-LlmConfigHeader", "anthropic-version: 2023-06-01; x-api-key: sk-test-header")]
    [InlineData("Get-LlmConfigHeader local", "")]
    [InlineData("(Get-LlmConfigHeader bearer) + @{ Extra = 'x' }", "Authorization: Bearer sk-test-header; Extra: x")]
    public void The_headers_are_those_that_the_provider_wants(string script, string headers)
    {
        Hashtable found = Assert.IsType<Hashtable>(Assert.Single(Run(script).Output).BaseObject);

        Assert.Equal(headers, string.Join("; ", found.Cast<DictionaryEntry>().Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Names_of_headers_are_found_in_any_letter_case() =>
        Assert.Equal("sk-test-header", Assert.Single(Run("(Get-LlmConfigHeader own)['X-API-KEY']").Output).BaseObject);

    [Fact]
    public void What_has_no_header_is_an_error_that_shows_no_key()
    {
        Try("Get-LlmConfigHeader keyless").RequireError("KeyMissing");
        Assert.Contains("Did you mean 'bearer'?", Recommended(Try("Get-LlmConfigHeader baerer")), StringComparison.Ordinal);
        Run("New-LlmConfig none openai -UseAuthHeader $false -ApiKey $key", ("key", Secure("sk-test-other")));
        CommandResult none = Try("Get-LlmConfigHeader none");
        none.RequireError("InvalidArgument");
        Assert.DoesNotContain("sk-test-other", Leaks.Text(none, Shell.Host), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_goes_in_no_header_to_a_host_that_it_was_not_stored_for()
    {
        string path = Store.ConfigFile;
        string text = File.ReadAllText(path);
        string changed = text.Replace("\"provider\": \"openai\",", "\"provider\": \"openai\",\n      \"baseUrl\": \"https://evil.example/v1\",", StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        File.WriteAllText(path, changed);

        CommandResult result = Try("Get-LlmConfigHeader bearer");

        result.RequireError("HostMismatch");
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Whoever_gets_them_leaves_the_trace_of_a_read_key()
    {
        string log = Path.Combine(Path.GetTempPath(), $"llmconfig-{Guid.NewGuid():N}.log");
        Store.SetVariable("LLMCONFIG_LOG", log);
        try
        {
            Run("$null = Get-LlmConfigHeader own");

            string line = Assert.Single(File.ReadAllLines(log), text => text.Contains("KeyRead", StringComparison.Ordinal));
            Assert.Contains("Get-LlmConfigHeader", line, StringComparison.Ordinal);
            Assert.DoesNotContain("sk-test-header", line, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static string Recommended(CommandResult result) => result.Errors[0].ErrorDetails?.RecommendedAction ?? string.Empty;
}
