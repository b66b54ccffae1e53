namespace LlmConfig.Tests;

/// <summary>Layers on the environment of this process, with variables that no other test knows.</summary>
public sealed class EnvironmentLayerTests : IDisposable
{
    private const int Histories = 2000;

    private readonly string[] _names = [.. Enumerable.Range(0, 4).Select(i => $"LLMCONFIG_TEST_{Guid.NewGuid():N}_{i}")];

    public void Dispose() => Array.ForEach(_names, name => Environment.SetEnvironmentVariable(name, null));

    [Fact]
    public void Layers_that_go_in_any_order_leave_what_was_below_them()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int layers = 0;
        for (int i = 0; i < Histories; i++)
        {
            Dictionary<string, string?> bottom = _names.ToDictionary(name => name, _ => Value(random));
            foreach ((string name, string? value) in bottom)
            {
                Environment.SetEnvironmentVariable(name, value);
            }

            var inForce = new List<(EnvironmentLayer Layer, Dictionary<string, string?> Values)>();
            for (int steps = random.Next(1, 12); steps > 0; steps--)
            {
                if (inForce.Count == 0 || random.Next(2) == 0)
                {
                    Dictionary<string, string?> values = _names.Where(_ => random.Next(2) == 0).ToDictionary(name => name, _ => Value(random));
                    inForce.Add((new EnvironmentLayer([.. values]), values));
                    layers++;
                }
                else
                {
                    int at = random.Next(inForce.Count);
                    inForce[at].Layer.Dispose();
                    inForce[at].Layer.Dispose();
                    inForce.RemoveAt(at);
                }

                foreach (string name in _names)
                {
                    // What the newest layer with the variable says, else what was there before all.
                    int newest = inForce.FindLastIndex(entry => entry.Values.ContainsKey(name));
                    string? expected = newest < 0 ? bottom[name] : inForce[newest].Values[name];
                    Assert.True(expected == Environment.GetEnvironmentVariable(name), $"Seed {seed}, history {i}.");
                }

                Assert.All(inForce, entry => Assert.Empty(entry.Layer.ChangedVariables));
            }

            inForce.ForEach(entry => entry.Layer.Dispose());
            Assert.All(bottom, pair => Assert.Equal(pair.Value, Environment.GetEnvironmentVariable(pair.Key)));
        }

        Console.WriteLine($"Environment: {Histories} histories of {layers} layers that went in any order, seed {seed}.");
    }

    [Fact]
    public void What_was_changed_on_top_is_known_and_put_back_and_what_was_changed_below_a_newer_layer_stays_for_it()
    {
        Environment.SetEnvironmentVariable(_names[0], "before");
        var first = new EnvironmentLayer([new(_names[0], "first"), new(_names[1], null)]);
        Environment.SetEnvironmentVariable(_names[0], "by hand");
        var second = new EnvironmentLayer([new(_names[0], "second")]);
        Assert.Equal([_names[0]], first.ChangedVariables);
        Assert.Empty(second.ChangedVariables);

        second.Dispose();
        Assert.Equal("by hand", Environment.GetEnvironmentVariable(_names[0]));
        Assert.Equal([_names[0]], first.ChangedVariables);
        first.Dispose();
        Assert.Equal("before", Environment.GetEnvironmentVariable(_names[0]));
        Assert.Null(Environment.GetEnvironmentVariable(_names[1]));
    }

    [Fact]
    public void Threads_that_overlap_leave_what_was_there_before()
    {
        Environment.SetEnvironmentVariable(_names[0], "before");
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                using var layer = new EnvironmentLayer([new(_names[0], $"{number}"), new(_names[1], $"{i}")]);
                Thread.Yield();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal("before", Environment.GetEnvironmentVariable(_names[0]));
        Assert.Null(Environment.GetEnvironmentVariable(_names[1]));
    }

    private static string? Value(Random random) => random.Next(3) switch { 0 => null, 1 => string.Empty, _ => $"{random.Next()}" };
}
