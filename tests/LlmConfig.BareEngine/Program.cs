using System.Management.Automation;
using System.Management.Automation.Runspaces;

Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
runspace.Open();
using PowerShell shell = PowerShell.Create(runspace);
foreach (PSObject result in shell.AddScript(args.Length > 0 ? args[0] : "1").Invoke())
{
    Console.WriteLine(result);
}

return shell.HadErrors ? 1 : 0;
