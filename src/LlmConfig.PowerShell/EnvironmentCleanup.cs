using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LlmConfig;

/// <summary>A session whose module goes could no longer leave what it entered, so it is left then.</summary>
public sealed class EnvironmentCleanup : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => EnvironmentFrame.LeaveAll(Runspace.DefaultRunspace);
}
