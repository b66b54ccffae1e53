using System.Diagnostics;
using System.Text;

namespace LlmConfig.Cli.Tests;

/// <summary>What <c>llmconfig env</c> writes is taken by its reader for exactly the value, and nothing of it is evaluated.</summary>
public sealed class EnvironmentTextTests : IDisposable
{
    private readonly CliStore _store = new();

    public static TheoryData<string> OddKeys => new(
        "sk-test-plain",
        "it's",
        "''",
        "'; touch executed; '",
        "$(touch executed) `touch executed` \"$HOME\" \\n %s !! * ? ~ # & | < > ( )",
        "\\",
        "ends with \\",
        "“typographic” ‘quotes’ ‚and‛ that",
        "é日本😀",
        " leading and trailing ");

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(OddKeys))]
    public void A_shell_gets_the_very_bytes(string key)
    {
        Assert.Equal(0, _store.RunWith(key, "new", "odd", "openai", "--key-stdin").ExitCode);
        string script = _store.Run("env", "odd").Out;
        (string output, int code) = Sh($"{script}printf %s \"$OPENAI_API_KEY\"");
        Assert.Equal((key, 0), (output, code));
        Assert.Contains("unset OPENAI_ORG_ID\n", script, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_store.Home, "executed")));
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public void PowerShell_finds_one_string_with_every_quote_doubled(string key)
    {
        _store.RunWith(key, "new", "odd", "openai", "--key-stdin");
        string line = _store.Run("env", "odd", "--format", "powershell").Out.Split('\n')[0];
        const string before = "$env:OPENAI_API_KEY = '";
        Assert.StartsWith(before, line, StringComparison.Ordinal);
        string inside = line[before.Length..^1];
        var read = new StringBuilder();
        for (int i = 0; i < inside.Length; i++)
        {
            if (inside[i] is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B')
            {
                Assert.Equal(inside[i], inside[++i]);
            }

            read.Append(inside[i]);
        }

        Assert.Equal(key, read.ToString());
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public void A_dotenv_file_is_read_back_or_refused(string key)
    {
        _store.RunWith(key, "new", "odd", "mistral", "--key-stdin");
        CliRun run = _store.Run("env", "odd", "--format", "dotenv");
        if (run.ExitCode != 0)
        {
            Assert.Contains("cannot hold it", run.Err, StringComparison.Ordinal);
            Assert.Contains('\'', key);
            return;
        }

        using var other = new CliStore();
        Assert.Equal(0, other.Run("import", _store.Write(".env", run.Out)).ExitCode);
        Assert.Equal(key + "\n", other.Run("key", "mistral").Out);
    }

    [Fact]
    public void Docker_and_GitHub_get_lines_without_quotes()
    {
        _store.RunWith("it's 100% $x", "new", "odd", "openai", "--key-stdin");
        Assert.Equal("OPENAI_API_KEY=it's 100% $x\nOPENAI_BASE_URL=https://api.openai.com/v1\n", OfTheProvider(_store.Run("env", "odd", "--format", "docker").Out));
        string file = _store.Write("github-env", "BEFORE=1\n");
        var console = new FakeConsole(_store.Folder);
        console.Variables["GITHUB_ENV"] = file;
        Assert.Equal("::add-mask::it's 100%25 $x\n", _store.Run(console, "env", "odd", "--format", "github").Out);
        Assert.Equal("BEFORE=1\nOPENAI_API_KEY=it's 100% $x\nOPENAI_BASE_URL=https://api.openai.com/v1\n", OfTheProvider(File.ReadAllText(file)));
        Assert.StartsWith("::add-mask::it's 100%25 $x\nOPENAI_API_KEY=it's 100% $x\n", _store.Run("env", "odd", "--format", "github").Out, StringComparison.Ordinal);
    }

    // What other vendors' tools read of it is tested with the catalogue.
    private static string OfTheProvider(string text) =>
        string.Concat(text.Split('\n').Where(line => line.Split('=')[0] is "BEFORE" or "OPENAI_API_KEY" or "OPENAI_BASE_URL").Select(line => line + "\n"));

    [Fact]
    public void The_one_variable_that_was_named_gets_the_key()
    {
        _store.RunWith(CliStore.Key, "new", "work", "openai", "--key-stdin");
        Assert.Contains($"export MY_KEY='{CliStore.Key}'\n", _store.Run("env", "work", "--variable", "MY_KEY").Out, StringComparison.Ordinal);
        Assert.Contains(_store.Run("env", "work", "--json").Data, item => item.GetProperty("name").GetString() == "OPENAI_API_KEY" && item.GetProperty("value").GetString() == CliStore.Key);
    }

    private (string Output, int ExitCode) Sh(string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = _store.Home, StandardInputEncoding = new UTF8Encoding(false) })!;
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, process.ExitCode);
    }
}
