using System.Text;
using Xunit.Abstractions;

namespace LlmConfig.Cli.Tests;

/// <summary>Argument vectors that nobody would type, some thousand of them in this process and some hundred as processes.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    // Nothing that the core knows for a key: what is not known for one must not be repeated where it is no name either.
    private const string Canary = "Zq7canary0K1x9";

    private static readonly string[] Words =
    [
        .. VerbList.Names, "--json", "--yes", "--no-input", "--home", "--help", "--", "-", "--key-stdin", "--key-file", "--key-env", "--key-command", "--model", "--base-url",
        "--vault", "--provider", "--default", "--format", "--output", "--online", "--quiet", "--dry-run", "--from-vault", "--from-environment", "--name", "--start", "--variable",
        "-v", "-y", "-abc", "--=", "--json=", "--json=maybe", "--model=", "work", "local", "openai", "ollama", "*", "?", "", " ", "\n", "\t", "\0", "a\nb", "a'b", "a\"b", "$(touch executed)",
        "`touch executed`", ";touch executed", "|touch executed", "&& touch executed", "touch", "sh", "/bin/sh", "-c", "[suggest]", "[diagram]", "@/etc/passwd", "@work", "../../etc/passwd", "/dev/null",
        "\ud800", "\u202e", "é", "日本", "😀", "%s%n", "{0}", "posix", "github", "true", "false", "2147483648", "Get-LlmConfig 'x'; touch executed",
    ];

    [Theory]
    [InlineData(0, "get", "--help", "false", "--help", "true")]
    [InlineData(0, "get", "--help=true")]
    [InlineData(2, "list", "--json", "true", "--json", "true")]
    [InlineData(0, "list", "--json", "false")]
    public void An_option_without_a_value_that_is_given_one_or_several_does_not_crash(int code, params string[] arguments)
    {
        using CliStore store = new CliStore().WithSamples();
        Assert.Equal(code, store.Run(arguments).ExitCode);
    }

    [Fact]
    public void No_argument_vector_crashes_executes_or_repeats_a_key()
    {
        int vectors = TestScale.Of(10_000);
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using CliStore store = new CliStore().WithSamples();
        string here = Path.Combine(store.Home, "here");
        Directory.CreateDirectory(here);
        int leaks = 0;
        int unexpected = 0;
        for (int i = 0; i < vectors; i++)
        {
            string[] arguments = Vector(random, out bool mayRun, out bool mayShow);
            int started = store.Starter.Started.Count;
            var console = new FakeConsole(store.Folder, random.Next(3) == 0 ? Canary + "stdin" : string.Empty) { IsTerminal = random.Next(8) == 0, Columns = random.Next(1, 200) };
            CliRun run;
            try
            {
                run = store.Run(console, arguments);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, vector {i}: {string.Join(' ', arguments.Select(Shown))}\n{e}");
                return;
            }

            Assert.True(run.ExitCode is 0 or 1 or 2 or 125, $"seed {seed}, vector {i}: exit code {run.ExitCode}");
            unexpected += !mayRun && store.Starter.Started.Count > started ? 1 : 0;
            bool repeats = (run.Out + run.Err).Contains(Canary + "key", StringComparison.Ordinal) || (!mayShow && (run.Out + run.Err).Contains(CliStore.Key, StringComparison.Ordinal));
            leaks += repeats ? 1 : 0;
            Assert.False(repeats, $"seed {seed}, vector {i}: {string.Join(' ', arguments.Select(Shown))}\n{run.Out}{run.Err}");
        }

        Assert.Equal(0, unexpected);
        Assert.False(File.Exists(Path.Combine(Environment.CurrentDirectory, "executed")));
        Figures.Print(output, $"argument vectors: {vectors}, crashes: 0, executed: {unexpected}, leaks: {leaks}");
    }

    [Fact]
    public void Nor_does_one_of_a_real_process()
    {
        int vectors = TestScale.Of(200);
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using var program = new LlmConfigProgram();
        Assert.Equal(0, program.RunWith(string.Empty, "store", "--protector", "KeyFile").ExitCode);
        Assert.Equal(0, program.RunWith(CliStore.Key, "new", "work", "openai", "--key-stdin").ExitCode);
        var all = Enumerable.Range(0, vectors).Select(_ => (Arguments: Vector(random, out bool mayRun, out bool mayShow), mayRun, mayShow))
            .Where(vector => !vector.mayRun && !Array.Exists(vector.Arguments, word => word.Contains('\0', StringComparison.Ordinal) || word.Contains('\ud800', StringComparison.Ordinal) || word.Length > 100_000)).ToList();
        Parallel.ForEach(all, new ParallelOptions { MaxDegreeOfParallelism = 2 }, vector =>
        {
            (int exitCode, string text, string error) = program.RunWith(string.Empty, vector.Arguments);
            string shown = $"seed {seed}: {string.Join(' ', vector.Arguments.Select(Shown))}\n{text}{error}";
            Assert.True(exitCode is 0 or 1 or 2 or 125, shown);
            Assert.DoesNotContain("Unhandled exception", error, StringComparison.Ordinal);
            Assert.False((text + error).Contains(Canary + "key", StringComparison.Ordinal) || (!vector.mayShow && (text + error).Contains(CliStore.Key, StringComparison.Ordinal)), shown);
        });
        Assert.False(File.Exists(Path.Combine(program.Home, "executed")));
        Figures.Print(output, $"argument vectors of real processes: {all.Count}, crashes: 0, executed: 0, leaks: 0");
    }

    // Verbs with all the arguments that they take: one more is surplus.
    private static readonly string[][] Full = [["key", "work"], ["rename", "work", "other"], ["new", "more", "openai"], ["set", "work"], ["env", "work"], ["store"], ["exec", "work"], ["repair"]];

    // The store has to stay where it is: a folder that a vector names is none of this test's.
    private static string[] Vector(Random random, out bool mayRun, out bool mayShow)
    {
        var words = new List<string>();
        if (random.Next(20) == 0)
        {
            mayRun = false;
            mayShow = false;
            return [.. Full[random.Next(Full.Length)], Canary + "key"];
        }

        int count = random.Next(1, 8);
        if (random.Next(5) != 0)
        {
            words.Add(VerbList.Names.ElementAt(random.Next(VerbList.Names.Count())));
        }

        for (int i = 0; i < count; i++)
        {
            words.Add(random.Next(12) switch
            {
                // A key in the place of an option. After "--" and after an option that takes a value it would be a name or a value.
                0 when !words.Contains("--") && words is [.., { Length: > 0 } last] && last[0] != '-' => $"--{Canary}key{random.Next(10)}",
                1 when !words.Contains("--") && words is [.., { Length: > 0 } last] && last[0] != '-' => $"--key{(random.Next(2) == 0 ? "=" : ":")}{Canary}key",
                2 => new string((char)random.Next('a', 'z'), random.Next(2, 200)),
                3 => Encoding.UTF8.GetString(Bytes(random)),
                _ => Words[random.Next(Words.Length)],
            });
        }

        if (random.Next(200) == 0)
        {
            words.Add(new string('x', 100 * 1024));
        }

        // Files are written where nobody looks, and none is read that is not the test's.
        for (int i = 0; i < words.Count; i++)
        {
            words[i] = words[i] is "--home" or "--output" or "-o" or "import" ? "--yes" : words[i];
        }

        mayRun = words.Contains("exec") || words.Contains("--key-command");
        mayShow = words.Contains("key") || words.Contains("env");
        return [.. words];
    }

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 40)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Shown(string word) => $"[{(word.Length > 60 ? word[..60] + "…" : word).Replace("\0", "\\0", StringComparison.Ordinal)}]";
}
