using System.Collections.ObjectModel;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace LlmConfig.Tests;

/// <summary>One runspace with the module imported from its manifest, and a host that records and answers.</summary>
public sealed class Shell : IDisposable
{
    private readonly Runspace _runspace;

    public Shell(TemporaryStore store, bool importModule = true)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        _runspace = RunspaceFactory.CreateRunspace(Host, state);
        _runspace.Open();

        // Opening adds the folders of the real home.
        store.SetVariable("PSModulePath", store.Modules);
        if (importModule)
        {
            Invoke("Import-Module $manifest", ("manifest", Manifest)).RequireNoError();
        }
    }

    public static string Manifest { get; } = Path.Combine(AppContext.BaseDirectory, "LlmConfig.PowerShell.psd1");

    public RecordingHost Host { get; } = new();

    /// <summary>Runs a script to its end and keeps all that it wrote.</summary>
    public CommandResult Invoke(string script, params (string Name, object? Value)[] variables)
    {
        using System.Management.Automation.PowerShell pipeline = Start(script, variables);
        Collection<PSObject> output = [];
        Exception? thrown = null;
        try
        {
            pipeline.Invoke(null, output);
        }
        catch (RuntimeException e)
        {
            thrown = e;
        }

        return new CommandResult(output, pipeline.Streams, thrown);
    }

    /// <summary>A pipeline that the test runs itself.</summary>
    public System.Management.Automation.PowerShell Start(string script, params (string Name, object? Value)[] variables)
    {
        foreach ((string name, object? value) in variables)
        {
            _runspace.SessionStateProxy.SetVariable(name, value);
        }

        var pipeline = System.Management.Automation.PowerShell.Create(_runspace);
        return pipeline.AddScript(script);
    }

    public IReadOnlyList<CompletionResult> Complete(string line)
    {
        using var pipeline = System.Management.Automation.PowerShell.Create(_runspace);
        return [.. CommandCompletion.CompleteInput(line, line.Length, options: null, pipeline).CompletionMatches];
    }

    public void Dispose() => _runspace.Dispose();
}
