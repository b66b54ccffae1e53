using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using LlmConfig.Shell.Commands;
using Microsoft.PowerShell;

namespace LlmConfig.Shell;

/// <summary>An open runspace with the engine's own commands, a few of this shell's, and the module.</summary>
internal sealed class EngineSession : IDisposable
{
    private const string ModuleName = "LlmConfig.PowerShell";
    private const string ModulePathVariable = "PSModulePath";
    private const string TelemetryVariable = "POWERSHELL_TELEMETRY_OPTOUT";
    private const string AnalysisCacheVariable = "PSModuleAnalysisCachePath";

    private readonly string _modulesFolder;

    /// <param name="host">Where the engine writes and asks.</param>
    /// <param name="modulesFolder">The folder that holds the module's folder.</param>
    public EngineSession(PSHost host, string modulesFolder)
    {
        _modulesFolder = modulesFolder;
        KeepTheEngineQuiet();
        InitialSessionState state = InitialSessionState.CreateDefault2();
        AddCommands(state);
        if (OperatingSystem.IsWindows())
        {
            // What pwsh ships as its own default. The engine's is Restricted, which would refuse the module's views.
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;
        }

        state.ThrowOnRunspaceOpenError = true;
        state.ImportPSModule([Path.Combine(modulesFolder, ModuleName, ModuleName + ".psd1")]);
        Runspace = RunspaceFactory.CreateRunspace(host, state);
    }

    public Runspace Runspace { get; }

    /// <exception cref="RuntimeException">The module could not be loaded.</exception>
    public void Open()
    {
        using (new DataFolderNamed())
        {
            Runspace.Open();
        }

        // The engine has completed the variable with the user's own folders; ours goes first.
        string? path = Environment.GetEnvironmentVariable(ModulePathVariable);
        Environment.SetEnvironmentVariable(
            ModulePathVariable, string.IsNullOrEmpty(path) ? _modulesFolder : _modulesFolder + Path.PathSeparator + path);
        Runspace.DefaultRunspace = Runspace;
    }

    public void Dispose() => Runspace.Dispose();

    /// <summary>No telemetry, and no file of what is in which module: a tool that keeps keys leaves no other trace in the home folder.</summary>
    private static void KeepTheEngineQuiet()
    {
        Environment.SetEnvironmentVariable(TelemetryVariable, "1");
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(AnalysisCacheVariable)))
        {
            Environment.SetEnvironmentVariable(
                AnalysisCacheVariable, OperatingSystem.IsWindows() ? "NUL" : "/dev/null");
        }
    }

    private static void AddCommands(InitialSessionState state)
    {
        state.Commands.Remove("Out-Default", typeof(SessionStateCmdletEntry));
        Add(state, "Out-Default", typeof(OutDefaultCommand));
        Add(state, "ConvertTo-Json", typeof(ConvertToJsonCommand));
        Add(state, "ConvertTo-SecureString", typeof(ConvertToSecureStringCommand));
        Add(state, "Read-Host", typeof(ReadHostCommand));
        Add(state, "Select-Object", typeof(SelectObjectCommand));
        Add(state, "Sort-Object", typeof(SortObjectCommand));
        Add(state, "Write-Error", typeof(WriteErrorCommand));
        Add(state, "Write-Host", typeof(WriteHostCommand));
        Add(state, "Write-Output", typeof(WriteOutputCommand));
        Add(state, "Write-Verbose", typeof(WriteVerboseCommand));
        Add(state, "Write-Warning", typeof(WriteWarningCommand));
        if (FormatShapes.Available)
        {
            Add(state, "Format-List", typeof(FormatListCommand));
            Add(state, "Format-Table", typeof(FormatTableCommand));
        }
    }

    private static void Add(InitialSessionState state, string name, Type command)
    {
        // An engine that brings its own is right.
        if (state.Commands[name].Count == 0)
        {
            state.Commands.Add(new SessionStateCmdletEntry(name, command, helpFileName: null));
        }
    }
}
