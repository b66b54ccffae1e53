using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;

namespace LlmConfig;

/// <summary>
/// Microsoft.PowerShell.SecretManagement, loaded when it is first needed: its commands run in the caller's runspace, one at
/// a time for the whole process, with the caller's -Verbose, without -Confirm and -WhatIf, and Ctrl+C ends them.
/// </summary>
/// <param name="cmdlet">The command on whose pipeline thread everything is called.</param>
internal sealed class SecretManagementModule(PSCmdlet cmdlet)
{
    public const string Name = "Microsoft.PowerShell.SecretManagement";
    public const string InstallCommand = $"Install-Module {Name}";
    public const string LowestVersion = "1.1.2";

    // What SecretManagement itself calls, and what bare engines such as llmconfig's lack.
    private const string Utility = "Microsoft.PowerShell.Utility";
    private const string UtilityAssembly = "Microsoft.PowerShell.Commands.Utility.dll";

    private static readonly ScriptBlock Call = ScriptBlock.Create("param($Command, $Parameters) $PSDefaultParameterValues = @{}; & $Command @Parameters");

    private static readonly ScriptBlock Load = ScriptBlock.Create(
        """
        param($Name, $Version)
        $PSDefaultParameterValues = @{}
        $module = Microsoft.PowerShell.Core\Get-Module -Name $Name | & { process { if ($_.Version -ge [version]$Version) { $_ } } }
        if (-not $module) {
            $module = Microsoft.PowerShell.Core\Import-Module -Name $Name -MinimumVersion $Version -Global -PassThru -Verbose:$false -ErrorAction Stop
        }
        """);

    // SecretManagement runs every vault in one runspace: two calls at once fail. One copy of this assembly serves all
    // runspaces of the process.
    private static readonly SemaphoreSlim Gate = new(1, 1);

    private bool _isLoaded;

    /// <summary>True when the module, and what it needs itself, lies in a folder of PSModulePath. Loads nothing.</summary>
    public static bool IsInstalled => IsThere && CanUseUtility;

    /// <summary>True when the module lies in a folder of PSModulePath, whether or not it can be used here.</summary>
    public static bool IsThere => IsOnModulePath(Name);

    /// <summary>Runs one of the module's commands.</summary>
    /// <param name="command">The command's name without its module.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="VaultFailureException">It failed; nothing of the error is kept but its texts.</exception>
    /// <exception cref="LlmConfigException">SecretManagementMissing; VaultUnavailable when the pipeline was stopped before.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public Collection<PSObject> Invoke(string command, Dictionary<string, object?> parameters, CancellationToken cancellation)
    {
        parameters["ErrorAction"] = ActionPreference.Stop;
        if (IsVerbose)
        {
            parameters["Verbose"] = true;
        }

        // Without these an outer -Confirm or -WhatIf would ask, or skip, inside.
        if (command.StartsWith("Set-", StringComparison.Ordinal) || command.StartsWith("Remove-", StringComparison.Ordinal))
        {
            parameters["Confirm"] = false;
            parameters["WhatIf"] = false;
        }

        return Guarded(() =>
        {
            EnsureLoaded();
            return cmdlet.InvokeCommand.InvokeScript(true, Call, null, $"{Name}\\{command}", parameters);
        }, cancellation);
    }

    /// <summary>Runs a script of ours in the caller's runspace, under the same rules.</summary>
    public Collection<PSObject> Invoke(ScriptBlock script, object argument, CancellationToken cancellation) => Guarded(() =>
    {
        EnsureLoaded();
        return cmdlet.InvokeCommand.InvokeScript(true, script, null, argument);
    }, cancellation);

    private bool IsVerbose => cmdlet.MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : cmdlet.SessionState.PSVariable.GetValue("VerbosePreference") is { } preference
            && !string.Equals(preference.ToString(), nameof(ActionPreference.SilentlyContinue), StringComparison.OrdinalIgnoreCase)
            && !string.Equals(preference.ToString(), nameof(ActionPreference.Ignore), StringComparison.OrdinalIgnoreCase);

    // PowerShell's own one needs its assembly, which lies beside the engine of pwsh and not beside that of llmconfig.
    private static bool CanUseUtility =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(PSObject).Assembly.Location) ?? string.Empty, UtilityAssembly))
        || Folders(Utility).Any(folder => !Manifest(folder).Contains(UtilityAssembly, StringComparison.OrdinalIgnoreCase));

    private static string Manifest(string folder)
    {
        string path = Path.Combine(folder, Utility + ".psd1");
        return File.Exists(path) ? File.ReadAllText(path) : string.Empty;
    }

    private static bool IsOnModulePath(string module) => Folders(module).Any();

    private static IEnumerable<string> Folders(string module) => (Environment.GetEnvironmentVariable("PSModulePath") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, module))
        .Where(Directory.Exists);

    private Collection<PSObject> Guarded(Func<Collection<PSObject>> call, CancellationToken cancellation)
    {
        object? newest = Errors is { Count: > 0 } before ? before[0] : null;
        Gate.Wait(cancellation);
        try
        {
            using CancellationTokenRegistration stop = cancellation.Register(StopVault);
            return call();
        }
        catch (PipelineStoppedException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable, null, "The command was stopped before the vault could be called.", "Run the command again.", e);
        }
        catch (RuntimeException e)
        {
            cancellation.ThrowIfCancellationRequested();
            Forget(newest);
            throw VaultFailureException.From(e);
        }
        finally
        {
            Gate.Release();
        }
    }

    private System.Collections.ArrayList? Errors => cmdlet.SessionState.PSVariable.GetValue("global:Error") as System.Collections.ArrayList;

    // $Error keeps what the user is shown. The error of the inner command is told of in ours, or not at all, and it holds the
    // command's parameters.
    private void Forget(object? newest)
    {
        // By the record and not by number: a list that is full does not grow.
        while (Errors is { Count: > 0 } errors && !ReferenceEquals(errors[0], newest))
        {
            errors.RemoveAt(0);
        }
    }

    private void EnsureLoaded()
    {
        if (_isLoaded)
        {
            return;
        }

        if (!IsInstalled)
        {
            throw Missing(null, $"{Name} is not installed here.");
        }

        try
        {
            cmdlet.InvokeCommand.InvokeScript(true, Load, null, Name, LowestVersion);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            var failure = VaultFailureException.From(e);
            throw Missing(null, $"{Name} {LowestVersion} or later could not be loaded: {failure.ShownMessage}", failure);
        }

        _isLoaded = true;
    }

    /// <summary>The error where no registered vault can be reached at all.</summary>
    public static LlmConfigException Missing(string? target, string problem, Exception? cause = null) => new(
        LlmConfigErrorCode.SecretManagementMissing,
        target,
        problem,
        CanUseUtility || cause is not null || !IsThere
            ? $"Install it with: {InstallCommand}; or use the built-in vault '{LlmConfigRepository.BuiltInVault}'."
            : $"It needs modules that only PowerShell itself brings: run the command in pwsh, or use the built-in vault '{LlmConfigRepository.BuiltInVault}'.",
        cause);

    // SecretManagement waits for a vault on the pipeline's thread and has no way to be stopped. Closing the runspace in which
    // it runs the vault ends the wait; SecretManagement opens another for its next call. Where the field is not found (another
    // version), Ctrl+C has to wait for the vault.
    private static void StopVault() => ThreadPool.QueueUserWorkItem(_ =>
    {
        try
        {
            object? runspace = Array.Find(AppDomain.CurrentDomain.GetAssemblies(), assembly => assembly.GetName().Name == Name)
                ?.GetType(Name + ".PowerShellInvoker")
                ?.GetField("_runspace", BindingFlags.NonPublic | BindingFlags.Static)
                ?.GetValue(null);
            (runspace as System.Management.Automation.Runspaces.Runspace)?.Close();
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException or TargetException or FieldAccessException or System.Management.Automation.Runspaces.InvalidRunspaceStateException)
        {
            // It is being closed or opened already.
        }
    });
}
