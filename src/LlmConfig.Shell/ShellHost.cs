using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Reflection;

namespace LlmConfig.Shell;

/// <summary>The engine's view of this program.</summary>
internal sealed class ShellHost(ShellUserInterface ui, ErrorReport errors) : PSHost
{
    private readonly PSObject _privateData = new(errors);

    public static Version ProductVersion { get; } =
        typeof(ShellHost).Assembly.GetName().Version ?? new Version(0, 0);

    /// <summary>The version as released, with its pre-release label.</summary>
    public static string ProductVersionText { get; } =
        typeof(ShellHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? ProductVersion.ToString();

    /// <summary>What a script asked for with <c>exit</c>, if it did.</summary>
    public int? RequestedExitCode { get; private set; }

    /// <summary>Runs a prompt inside the running command; without one, a nested prompt is refused.</summary>
    public Action? NestedPrompt { get; set; }

    public override string Name => "llmconfig";

    public override Version Version => ProductVersion;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override PSHostUserInterface UI => ui;

    /// <summary>Where this shell's own Out-Default finds the error report: the one way from a cmdlet to its host.</summary>
    public override PSObject PrivateData => _privateData;

    public override void SetShouldExit(int exitCode) => RequestedExitCode = exitCode;

    /// <summary>A nested prompt was left: the one around it goes on.</summary>
    public void ForgetExit() => RequestedExitCode = null;

    public override void EnterNestedPrompt()
    {
        if (NestedPrompt is null)
        {
            throw new PSNotSupportedException("There is no prompt to suspend to: this is not an interactive session.");
        }

        NestedPrompt();
    }

    public override void ExitNestedPrompt() => RequestedExitCode = ExitCode.Success;

    public override void NotifyBeginApplication() => ui.BeforeNativeProgram();

    public override void NotifyEndApplication()
    {
    }
}
