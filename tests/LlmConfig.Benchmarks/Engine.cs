using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LlmConfig.Benchmarks;

/// <summary>A runspace of this process with the module imported; commands run on the caller's thread.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Runspace _runspace;

    public Engine()
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([Workplace.Module]);
        state.ThrowOnRunspaceOpenError = true;
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace.Open();
    }

    /// <summary>Lets the commands that follow work on this store.</summary>
    public static void Use(string store) => Environment.SetEnvironmentVariable(StoreFolder.HomeVariable, store);

    /// <summary>Runs a script and gives the time in milliseconds.</summary>
    public double Time(string script, params object[] arguments)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }

        double elapsed = Samples.Time(() => shell.Invoke());
        return shell.HadErrors ? throw new InvalidOperationException(shell.Streams.Error[0].ToString()) : elapsed;
    }

    /// <summary>Runs a script and gives what it wrote.</summary>
    public IReadOnlyList<T> Run<T>(string script, params object[] arguments)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }

        return shell.Invoke<T>();
    }

    public void Dispose() => _runspace.Dispose();
}
