using System.Globalization;
using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>What providers want beside the key, and what people note, in the options of <c>new</c>, <c>set</c> and <c>list</c>.</summary>
public sealed class DetailTests : IDisposable
{
    private static readonly string[] All =
    [
        "--organization", "org-example", "--project", "proj_example", "--api-version", "2024-10-21", "--header", "X-Team: blue", "--header", "X-Trace:on; level=1",
        "--description", "Größe: \"all\" of it", "--tag", "eu", "--tag", "Team Blue", "--owner", "ops@example.com", "--expires", "2031-02-03T04:05:06Z",
    ];

    private readonly CliStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_configuration_is_made_with_them_and_set_takes_them_away()
    {
        AssertAll(Ok(["new", "work", "ollama", .. All]));
        AssertAll(Ok(["set", "work", "--model", "m"]));

        JsonElement after = Ok(
            ["set", "work", "--organization", "", "--project", "", "--api-version", " ", "--header", "", "--description", "", "--tag", "", "--owner", "", "--expires", ""]);

        foreach (string name in new[] { "organization", "project", "apiVersion", "headers", "description", "tags", "owner", "expiresAt" })
        {
            Assert.Equal(JsonValueKind.Null, after.GetProperty(name).ValueKind);
        }
    }

    [Fact]
    public void Set_takes_each_replaces_all_headers_and_tags_and_says_what_changes()
    {
        Ok(["new", "work", "ollama", "--tag", "old"]);
        AssertAll(Ok(["set", "work", .. All]));

        CliRun run = _store.Run("set", "work", "--tag", "us", "--header", "X-Other: 1", "--owner", "team");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("header X-Other (none) → '1'; header X-Team 'blue' → (none)", run.Err, StringComparison.Ordinal);
        Assert.Contains("tags 'eu, Team Blue' → 'us'; owner 'ops@example.com' → 'team'", run.Err, StringComparison.Ordinal);
        JsonElement after = Ok(["get", "work"]);
        Assert.Equal(("us", "1"), (Assert.Single(after.GetProperty("tags").EnumerateArray()).GetString(), Assert.Single(after.GetProperty("headers").EnumerateObject()).Value.GetString()));
    }

    [Fact]
    public void A_date_begins_on_this_machines_clock_and_a_span_begins_now()
    {
        Assert.Equal(
            new DateTime(2031, 2, 3, 0, 0, 0, DateTimeKind.Local).ToUniversalTime(), Ok(["new", "a", "ollama", "--expires", "2031-02-03"]).GetProperty("expiresAt").GetDateTime());
        DateTime before = DateTime.UtcNow;
        Assert.InRange(Ok(["new", "b", "ollama", "--expires", "2w"]).GetProperty("expiresAt").GetDateTime(), before.AddDays(14).AddMilliseconds(-1), DateTime.UtcNow.AddDays(14));
    }

    [Theory]
    [InlineData(2, null, "--header", "--header", "SECRET")]
    [InlineData(2, null, "--expires", "--expires", "02/03/2031")]
    [InlineData(2, null, "--expires", "--expires", "90")]
    [InlineData(2, null, "--expires", "--expires", "SECRET")]
    [InlineData(2, null, "--owner", "--owner", "a", "--owner", "b")]
    [InlineData(1, "InvalidArgument", "--header", "--header", "X-Gate: Bearer SECRET")]
    [InlineData(1, "InvalidArgument", "--header", "--header", "X-Owner: SECRET")]
    [InlineData(1, "InvalidArgument", "--header", "--header", "authorization: SECRET")]
    [InlineData(1, "InvalidArgument", "--tag", "--tag", "a,b")]
    [InlineData(1, "InvalidArgument", "--organization", "--organization", "SECRET")]
    [InlineData(1, "InvalidArgument", "--project", "--project", "a\nb")]
    [InlineData(1, "InvalidArgument", "--api-version", "--api-version", "SECRET")]
    [InlineData(1, "InvalidArgument", "--description", "--description", "it is SECRET")]
    [InlineData(1, "InvalidArgument", "--owner", "--owner", "SECRET")]
    public void What_breaks_a_rule_is_an_error_that_names_the_option_and_no_value(int exitCode, string? code, string option, params string[] given)
    {
        Ok(["new", "work", "ollama"]);
        string secret = "sk-test-" + Guid.NewGuid().ToString("N");
        string[] arguments = [.. given.Select(word => word.Replace("SECRET", secret, StringComparison.Ordinal))];
        foreach (string[] verb in new string[][] { ["new", "other", "ollama"], ["set", "work"] })
        {
            CliRun run = _store.Run([.. verb, .. arguments]);
            CliRun json = _store.Run([.. verb, .. arguments, "--json"]);

            Assert.Equal((exitCode, exitCode, string.Empty), (run.ExitCode, json.ExitCode, run.Out));
            Assert.Contains(option, run.Err, StringComparison.Ordinal);
            Assert.DoesNotContain("X--owner", run.Err, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, run.Err + json.Out + json.Err, StringComparison.Ordinal);
            if (code is not null)
            {
                Assert.Equal(code, json.Code);
            }
        }

        Assert.Equal(["work"], _store.Run("list", "--json").Data.Select(item => item.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("a,b", "--tag", "EU")]
    [InlineData("b,c", "--tag", "team*")]
    [InlineData("a,b,d", "--tag", "eu", "--tag", "us")]
    [InlineData("d", "--tag", "?s", "--provider", "llamacpp")]
    [InlineData("", "--tag", "e")]
    [InlineData("b", "b", "e", "--tag", "*")]
    public void List_finds_configurations_by_their_tags(string names, params string[] arguments)
    {
        Ok(["new", "a", "ollama", "--tag", "eu"]);
        Ok(["new", "b", "ollama", "--tag", "eu", "--tag", "Team Blue"]);
        Ok(["new", "c", "ollama", "--tag", "team"]);
        Ok(["new", "d", "llamacpp", "--tag", "us"]);
        Ok(["new", "e", "ollama"]);

        Assert.Equal(names, string.Join(',', _store.Run(["list", "--json", .. arguments]).Data.Select(item => item.GetProperty("name").GetString())));
    }

    [Theory]
    [InlineData("eu,Team Blue", "list", "--tag", "")]
    [InlineData("Team Blue", "set", "work", "--tag", "eu", "--tag", "t")]
    [InlineData("ops@example.com", "new", "x", "openai", "--owner", "")]
    [InlineData("--tag", "new", "x", "openai", "--tag", "eu", "--ta")]
    public void Tags_and_owners_complete(string texts, params string[] words)
    {
        Ok(["new", "work", "ollama", .. All]);
        Ok(["new", "other", "ollama", "--tag", "EU", "--owner", "OPS@example.com"]);
        var console = new FakeConsole(_store.Folder);
        console.Variables["LLMCONFIG_HOME"] = _store.Folder;

        string[] lines = _store.Run(console, ["__complete", "zsh", .. words]).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(texts, string.Join(',', lines.Skip(1).Select(line => line.Split('\t')[0])), ignoreCase: true);
    }

    [Fact]
    public void Get_shows_them_and_a_change_of_nothing_says_so()
    {
        Ok(["new", "work", "ollama", .. All]);

        string shown = _store.Run("get", "work").Out;

        Assert.Contains("X-Team: blue; X-Trace: on; level=1", shown, StringComparison.Ordinal);
        Assert.Contains(new DateTime(2031, 2, 3, 4, 5, 0, DateTimeKind.Utc).ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), shown, StringComparison.Ordinal);
        Assert.Contains("Nothing of 'work' differs", _store.Run(["set", "work", .. All]).Err, StringComparison.Ordinal);
    }

    private static void AssertAll(JsonElement item)
    {
        Assert.Equal(("org-example", "proj_example", "2024-10-21"), (Text("organization"), Text("project"), Text("apiVersion")));
        Assert.Equal(["X-Team: blue", "X-Trace: on; level=1"], item.GetProperty("headers").EnumerateObject().Select(header => $"{header.Name}: {header.Value.GetString()}"));
        Assert.Equal(["eu", "Team Blue"], item.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal(("Größe: \"all\" of it", "ops@example.com"), (Text("description"), Text("owner")));
        Assert.Equal(new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc), item.GetProperty("expiresAt").GetDateTime());

        string? Text(string name) => item.GetProperty(name).GetString();
    }

    private JsonElement Ok(string[] arguments)
    {
        CliRun run = _store.Run([.. arguments, "--json"]);
        Assert.True(run.ExitCode == 0, run.Out + run.Err);
        return Assert.Single(run.Data);
    }
}
