using System.Text;

namespace LlmConfig.Tests;

/// <summary>Random nestings of blocks that end in every way there is; whatever happens, each leaves what it found.</summary>
public sealed class EnvironmentNestingTests : EnvironmentTest
{
    private const int Nestings = 1000;

    // Configurations with variables of theirs; the last two cannot be used.
    private static readonly (string Name, string[] Variables)[] Configurations =
    [
        ("work", ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID"]),
        ("claude", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"]),
        ("gemini", ["GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL"]),
        ("local", ["OLLAMA_API_KEY", "OLLAMA_HOST"]),
        ("two words", ["GROQ_API_KEY", "GROQ_BASE_URL"]),
        ("nope", ["MY_KEY"]),
        ("keyless", ["MY_KEY"]),
    ];

    private static readonly string[] Touched = [.. Configurations.SelectMany(item => item.Variables).Distinct()];

    [Fact]
    public void After_a_thousand_random_nestings_of_success_error_and_stop_the_environment_is_what_it_was()
    {
        int seed = System.Environment.TickCount;
        var random = new Random(seed);
        int blocks = 0;
        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int deepest = 0;
        for (int i = 0; i < Nestings; i++)
        {
            foreach (string name in Touched)
            {
                System.Environment.SetEnvironmentVariable(name, random.Next(3) switch { 0 => null, 1 => string.Empty, _ => $"before {random.Next()}" });
            }

            var before = Environment();
            var probe = new Probe(ends);
            string script = Nesting(random, depth: 0, ref deepest);
            using (System.Management.Automation.PowerShell pipeline = Shell.Start(script, ("probe", probe)))
            {
                probe.Pipeline = pipeline;
                try
                {
                    pipeline.Invoke();
                }
                catch (RuntimeException)
                {
                    // As the script was made.
                }
            }

            blocks += probe.Blocks;
            Assert.True(probe.Broken is null, $"Seed {seed}, nesting {i}: {probe.Broken}\n{script}");
            Assert.True(before.SequenceEqual(Environment()), $"Seed {seed}, nesting {i}: the environment differs after\n{script}");
        }

        foreach (string name in Touched)
        {
            System.Environment.SetEnvironmentVariable(name, null);
        }

        Console.WriteLine(
            $"Environment restored after {Nestings} random nestings of success, error and stop: {blocks} blocks, up to {deepest} deep, ended by "
            + string.Join(", ", ends.Select(pair => $"{pair.Key} {pair.Value}")) + $" (seed {seed}).");
        Assert.Equal(9, ends.Count);
    }

    private static string Nesting(Random random, int depth, ref int deepest)
    {
        deepest = Math.Max(deepest, depth + 1);
        (string name, string[] variables) = Pick(random, Configurations);
        var body = new StringBuilder("$probe.Enter(); ");
        for (int i = random.Next(3); i > 0; i--)
        {
            string value = random.Next(2) == 0 ? "$null" : $"'inside {random.Next()}'";
            body.Append($"$env:{Pick(random, variables)} = {value}; ");
        }

        if (random.Next(4) == 0)
        {
            body.Append($"Enter-LlmConfig '{Pick(random, Configurations).Name}' -ErrorAction SilentlyContinue; ");
        }

        if (random.Next(4) == 0)
        {
            body.Append("Exit-LlmConfig -WarningAction SilentlyContinue; ");
        }

        for (int i = depth < 5 ? random.Next(3) : 0; i > 0; i--)
        {
            string inner = Nesting(random, depth + 1, ref deepest);
            body.Append(random.Next(3) == 0 ? inner : $"try {{ {inner} }} catch {{ }} ; ");
        }

        body.Append(End(random, depth));
        string variable = random.Next(4) == 0 ? $" -Variable {Pick(random, Touched)}" : string.Empty;
        string use = $"Use-LlmConfig '{name}'{variable} {{ {body} }} -ErrorAction SilentlyContinue";
        use = random.Next(4) == 0 ? $"foreach ($i in 1..2) {{ {use} }}" : use;

        // What is found behind the command must be what was before it, also on the way out through finally.
        return $"$mark = $probe.Mark(); try {{ {use} }} finally {{ $probe.Check() }}; ";
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    private static string End(Random random, int depth)
    {
        (string name, string script) = random.Next(depth == 0 ? 12 : 14) switch
        {
            0 => ("throw", "throw 'x'"),
            1 => ("terminating error", "Write-Error x -ErrorAction Stop"),
            2 => ("error", "Write-Error x -ErrorAction SilentlyContinue"),
            3 => ("return", "return"),
            4 => ("break", "break"),
            5 => ("stop", "$probe.Stop(); while ($true) { }"),
            6 => ("failed conversion", "$null = [int]'x'"),
            7 => ("exit", "exit 3"),
            _ => ("success", "1"),
        };
        return $"$probe.End('{name}'); {script}";
    }

    /// <summary>What the scripts call.</summary>
    private sealed class Probe(IDictionary<string, int> ends)
    {
        private readonly Stack<SortedDictionary<string, string>> _marks = [];

        public System.Management.Automation.PowerShell? Pipeline { get; set; }

        public int Blocks { get; private set; }

        public string? Broken { get; private set; }

        public void Enter() => Blocks++;

        public void End(string name) => ends[name] = ends.TryGetValue(name, out int count) ? count + 1 : 1;

        public int Mark()
        {
            _marks.Push(Environment());
            return _marks.Count;
        }

        public void Check()
        {
            var expected = _marks.Pop();
            var found = Environment();
            Broken ??= expected.SequenceEqual(found) ? null : $"expected {string.Join(' ', expected)}, found {string.Join(' ', found)}";
        }

        public void Stop() => Pipeline!.BeginStop(null, null);
    }
}
