using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace LlmConfig;

/// <summary>
/// One use of a configuration, or of several at once, in a runspace: the block of Use-LlmConfig, or what Enter-LlmConfig began. Each runspace has a
/// stack of them, although the environment that they change belongs to the process.
/// </summary>
internal sealed class EnvironmentFrame : IDisposable
{
    private static readonly ConditionalWeakTable<Runspace, Stack<EnvironmentFrame>> Stacks = [];

    // The blocks that run now, in all runspaces.
    private static readonly List<EnvironmentFrame> Blocks = [];

    private readonly Stack<EnvironmentFrame> _stack;
    private readonly EnvironmentLayer _layer;
    private readonly HashSet<string> _variables;
    private readonly HashSet<Guid> _ids;

    private EnvironmentFrame(Stack<EnvironmentFrame> stack, IReadOnlyList<LlmEnvironment> environments, bool isSession)
    {
        _stack = stack;
        _ids = [.. environments.Select(environment => environment.Configuration.Id)];

        // Those that every configuration sets or clears would make each the rival of each.
        _variables = [.. environments.SelectMany(environment => environment.Variables).Except(LlmProviderCatalog.SharedVariables)];
        Name = string.Join("', '", environments.Select(environment => environment.Configuration.Name));
        IsSession = isSession;
        _layer = LlmEnvironment.Apply(environments);
    }

    /// <summary>The innermost frame of this runspace.</summary>
    public static EnvironmentFrame? Current => StackOf(Runspace.DefaultRunspace).TryPeek(out EnvironmentFrame? frame) ? frame : null;

    /// <summary>True for Enter-LlmConfig.</summary>
    public bool IsSession { get; }

    /// <summary>The configuration's name; of several, their names, to be put between quotes.</summary>
    public string Name { get; }

    /// <summary>The name of another configuration for the same variables whose block another runspace runs, if there is one.</summary>
    public string? Rival { get; private set; }

    /// <summary>The variables that have another value than they were given.</summary>
    public IReadOnlyList<string> ChangedVariables => _layer.ChangedVariables;

    /// <summary>Changes the environment until the frame is disposed of.</summary>
    /// <exception cref="LlmConfigException">InvalidArgument: two of them decide about one variable.</exception>
    public static EnvironmentFrame Push(IReadOnlyList<LlmEnvironment> environments, bool isSession)
    {
        var frame = new EnvironmentFrame(StackOf(Runspace.DefaultRunspace), environments, isSession);
        frame._stack.Push(frame);
        if (!isSession)
        {
            lock (Blocks)
            {
                frame.Rival = Blocks.Find(frame.IsRivalOf)?.Name;
                Blocks.Add(frame);
            }
        }

        return frame;
    }

    /// <summary>Takes back all that was done in a runspace: its session ends, or the module goes.</summary>
    public static void LeaveAll(Runspace runspace)
    {
        while (StackOf(runspace).TryPeek(out EnvironmentFrame? frame))
        {
            frame.Dispose();
        }
    }

    /// <summary>Takes back this frame, and what was entered and not left within it.</summary>
    public void Dispose()
    {
        lock (Blocks)
        {
            Blocks.Remove(this);
        }

        while (_stack.TryPeek(out EnvironmentFrame? inner) && inner != this && _stack.Contains(this))
        {
            inner.Dispose();
        }

        if (_stack.TryPeek(out EnvironmentFrame? own) && own == this)
        {
            _stack.Pop();
        }

        _layer.Dispose();
    }

    private static Stack<EnvironmentFrame> StackOf(Runspace runspace) => Stacks.GetValue(runspace, static made =>
    {
        // A runspace that closes leaves nothing behind in a process that goes on.
        made.StateChanged += static (sender, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
            {
                LeaveAll((Runspace)sender!);
            }
        };
        return [];
    });

    private bool IsRivalOf(EnvironmentFrame other) => other._stack != _stack && !other._ids.SetEquals(_ids) && other._variables.Overlaps(_variables);
}

/// <summary>A session whose module goes could no longer leave what it entered, so it is left then.</summary>
public sealed class EnvironmentCleanup : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => EnvironmentFrame.LeaveAll(Runspace.DefaultRunspace);
}
