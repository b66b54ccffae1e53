namespace LlmConfig;

/// <summary>
/// Variables that were set or cleared in the environment of this process, to be put back as they were when this is disposed of:
/// also those that were changed meanwhile, and those that were not set before. Layers may lie on each other and go in any
/// order; when the last has gone, every variable is as it was before the first. Safe to use from several threads, though
/// the environment itself belongs to all of them.
/// </summary>
public sealed class EnvironmentLayer : IDisposable
{
    private static readonly object Gate = new();

    // All that are in force, oldest first.
    private static readonly List<EnvironmentLayer> InForce = [];

    private readonly Dictionary<string, string?> _before = new(LlmEnvironment.Comparer);
    private readonly Dictionary<string, string?> _set = new(LlmEnvironment.Comparer);

    internal EnvironmentLayer(IReadOnlyList<KeyValuePair<string, string?>> changes)
    {
        lock (Gate)
        {
            InForce.Add(this);
            foreach ((string name, string? value) in changes)
            {
                _before[name] = Environment.GetEnvironmentVariable(name);
                _set[name] = value;
                Environment.SetEnvironmentVariable(name, value);
            }
        }
    }

    /// <summary>The variables that were given another value since by somebody else than a newer layer.</summary>
    public IReadOnlyList<string> ChangedVariables
    {
        get
        {
            lock (Gate)
            {
                return [.. _set.Where(pair => !string.Equals(ValueAbove(pair.Key), pair.Value, StringComparison.Ordinal)).Select(pair => pair.Key)];
            }
        }
    }

    /// <summary>Puts the variables back. Nothing happens the second time.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            int index = InForce.IndexOf(this);
            if (index < 0)
            {
                return;
            }

            InForce.RemoveAt(index);
            foreach ((string name, string? value) in _before)
            {
                // A newer layer that has the variable lies on this one: it is the one that puts it back, and to what it was below.
                if (NextWith(name, index) is { } above)
                {
                    above._before[name] = value;
                }
                else
                {
                    // .NET 8 (PowerShell 7.4) cannot set a variable to the empty text: one that was empty is unset then.
                    Environment.SetEnvironmentVariable(name, value);
                }
            }

            _before.Clear();
            _set.Clear();
        }
    }

    private static EnvironmentLayer? NextWith(string name, int index) => InForce.Skip(index).FirstOrDefault(layer => layer._before.ContainsKey(name));

    private string? ValueAbove(string name) =>
        NextWith(name, InForce.IndexOf(this) + 1) is { } above ? above._before[name] : Environment.GetEnvironmentVariable(name);
}
