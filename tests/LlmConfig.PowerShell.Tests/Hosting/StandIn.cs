using System.Collections;
using System.Collections.ObjectModel;
using System.Security;

namespace LlmConfig.Tests;

/// <summary>
/// A stand-in for SecretManagement with one vault behind it: a script module of that name in the one folder of
/// PSModulePath, whose commands do what the test tells them. It can throw, hang, lose, give wrong values, refuse metadata.
/// </summary>
public sealed class StandIn : IDisposable
{
    public const string VaultName = "Team";

    private const string Script =
        """
        [LlmConfig.Tests.StandIn]::Loaded()
        function Get-SecretVault { [CmdletBinding()] param([string[]] $Name) [LlmConfig.Tests.StandIn]::Run($PSCmdlet) }
        function Get-Secret { [CmdletBinding()] param([string] $Name, [string] $Vault, [switch] $AsPlainText) [LlmConfig.Tests.StandIn]::Run($PSCmdlet) }
        function Get-SecretInfo { [CmdletBinding()] param([string] $Name, [string] $Vault) [LlmConfig.Tests.StandIn]::Run($PSCmdlet) }
        function Set-Secret {
            [CmdletBinding(SupportsShouldProcess)]
            param([string] $Name, [object] $Secret, [securestring] $SecureStringSecret, [string] $Vault, [hashtable] $Metadata)
            [LlmConfig.Tests.StandIn]::Run($PSCmdlet)
        }
        function Set-SecretInfo { [CmdletBinding(SupportsShouldProcess)] param([string] $Name, [hashtable] $Metadata, [string] $Vault) [LlmConfig.Tests.StandIn]::Run($PSCmdlet) }
        function Remove-Secret { [CmdletBinding(SupportsShouldProcess)] param([string] $Name, [string] $Vault) [LlmConfig.Tests.StandIn]::Run($PSCmdlet) }
        """;

    private static StandIn? _current;

    private readonly TemporaryStore _store;
    private int _running;

    public StandIn(TemporaryStore store, bool takesMetadata = true)
    {
        _store = store;
        _current = this;
        VaultSecrets.FirstPause = TimeSpan.FromMilliseconds(1);
        string module = Directory.CreateDirectory(Path.Combine(store.Modules, "Microsoft.PowerShell.SecretManagement")).FullName;
        File.WriteAllText(Path.Combine(module, "Microsoft.PowerShell.SecretManagement.psm1"), Script);
        File.WriteAllText(
            Path.Combine(module, "Microsoft.PowerShell.SecretManagement.psd1"),
            "@{ ModuleVersion = '1.1.2'; RootModule = 'Microsoft.PowerShell.SecretManagement.psm1'; FunctionsToExport = '*' }");

        // What SecretManagement itself needs of PowerShell is not part of a bare engine.
        Directory.CreateDirectory(Path.Combine(store.Modules, "Microsoft.PowerShell.Utility"));
        ModulePath = Directory.CreateDirectory(Path.Combine(store.Modules, "TeamVault")).FullName;
        Home = Directory.CreateDirectory(Path.Combine(store.Modules, "home")).FullName;
        store.SetVariable("HOME", Home);
        Register(takesMetadata: takesMetadata);
    }

    public string Home { get; }

    /// <summary>The folder of the vault's module.</summary>
    public string ModulePath { get; set; }

    public string ModuleName { get; set; } = "TeamVault";

    public bool IsLoaded { get; private set; }

    public Dictionary<string, string> Secrets { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, Hashtable> Metadata { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Each call: the command's name and the parameters that were given.</summary>
    public Collection<(string Command, IDictionary Parameters)> Calls { get; } = [];

    /// <summary>Runs instead of a command's own work when it answers true; the first argument is the command's name.</summary>
    public Func<string, PSCmdlet, bool>? Instead { get; set; }

    /// <summary>What Get-Secret gives instead of what is there.</summary>
    public Func<string, string?>? Value { get; set; }

    public bool Overlapped { get; private set; }

    public static string RegistryFile(string home) => Path.Combine(home, ".secretmanagement", "secretvaultregistry", "vaultinfo");

    /// <summary>Writes the registry that SecretManagement keeps, for Linux and macOS.</summary>
    public void Register(bool takesMetadata = true, bool isDefault = false)
    {
        string file = RegistryFile(Home);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, System.Text.Json.JsonSerializer.Serialize(new
        {
            DefaultVaultName = isDefault ? VaultName : string.Empty,
            Vaults = new Dictionary<string, object>
            {
                [VaultName] = new { ModuleName, ModulePath, Description = string.Empty, SetSecretSupportsMetadata = takesMetadata, VaultParameters = new { } },
            },
        }));
    }

    /// <summary>Called by the module when it is loaded.</summary>
    public static void Loaded() => _current!.IsLoaded = true;

    /// <summary>Called by the module's commands.</summary>
    public static void Run(PSCmdlet cmdlet)
    {
        ArgumentNullException.ThrowIfNull(cmdlet);
        _current!.Invoke(cmdlet);
    }

    /// <summary>An error as SecretManagement's commands write them.</summary>
    public static ErrorRecord Failure(string id, ErrorCategory category, Exception? cause = null) =>
        new(cause ?? new InvalidOperationException($"The vault says {id}."), id, category, targetObject: null);

    public void Dispose() => _current = null;

    private void Invoke(PSCmdlet cmdlet)
    {
        string command = cmdlet.MyInvocation.MyCommand.Name;
        Dictionary<string, object> given = cmdlet.MyInvocation.BoundParameters;
        Overlapped |= Interlocked.Increment(ref _running) > 1;
        try
        {
            lock (Calls)
            {
                Calls.Add((command, new Hashtable(given)));
            }

            if (Instead?.Invoke(command, cmdlet) == true)
            {
                return;
            }

            if (command.StartsWith("Set-", StringComparison.Ordinal) || command.StartsWith("Remove-", StringComparison.Ordinal))
            {
                if (!cmdlet.ShouldProcess(VaultName))
                {
                    return;
                }
            }

            Work(cmdlet, command, given);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void Work(PSCmdlet cmdlet, string command, Dictionary<string, object> given)
    {
        string name = given.TryGetValue("Name", out object? value) ? value.ToString()! : string.Empty;
        switch (command)
        {
            case "Get-SecretVault":
                cmdlet.WriteObject(Row(("Name", VaultName), ("ModuleName", ModuleName), ("ModulePath", ModulePath)));
                break;
            case "Get-Secret" when (Value is null ? Secrets.GetValueOrDefault(name) : Value(name)) is { } secret:
                cmdlet.WriteObject(EngineTest.SecureText(secret));
                break;
            case "Get-Secret":
                cmdlet.WriteError(Failure("GetSecretNotFound", ErrorCategory.ObjectNotFound));
                break;
            case "Set-Secret":
                Secrets[name] = new System.Net.NetworkCredential(string.Empty, (SecureString)given["SecureStringSecret"]).Password;
                if (given.TryGetValue("Metadata", out object? metadata))
                {
                    Metadata[name] = (Hashtable)metadata;
                }

                break;
            case "Set-SecretInfo" when Secrets.ContainsKey(name):
                Metadata[name] = (Hashtable)given["Metadata"];
                break;
            case "Remove-Secret" when Secrets.Remove(name):
                Metadata.Remove(name);
                break;
            case "Get-SecretInfo":
                var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
                foreach (string known in Secrets.Keys.Where(pattern.IsMatch).ToList())
                {
                    cmdlet.WriteObject(Row(("Name", known), ("Metadata", Metadata.GetValueOrDefault(known))));
                }

                break;
            default:
                cmdlet.WriteError(Failure("VaultSaysNo", ErrorCategory.InvalidOperation, new ItemNotFoundException("Secret not found")));
                break;
        }
    }

    private static PSObject Row(params (string Name, object? Value)[] columns)
    {
        var row = new PSObject();
        foreach ((string name, object? value) in columns)
        {
            row.Properties.Add(new PSNoteProperty(name, value));
        }

        return row;
    }
}
