using System.Collections;
using System.Text.RegularExpressions;

namespace LlmConfig.Tests;

/// <summary>Brings stores into their state, lets an operation meet a mode, and judges by what the vault really holds.</summary>
internal sealed partial class VaultBench : IDisposable
{
    private static readonly Dictionary<string, string> Keys = new()
    {
        ["keep"] = "sk-test-keep-0123456789abcdef",
        ["old"] = "sk-test-old-0123456789abcdef",
        ["new"] = "sk-test-new-0123456789abcdef",
        ["healer"] = "sk-test-healer-0123456789abcdef",
        ["named"] = "sk-test-named-0123456789abcdef",
    };

    private static readonly string[] Forms = [.. Keys.Values.SelectMany(Leaks.Forms)];

    // In memory where there is such a place: what is tested is the order of the calls, not the disk.
    private readonly string _home = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"llmconfig-vault-{Guid.NewGuid():N}")).FullName;

    private readonly TemporaryStore _store = new();
    private readonly Shell _shell;
    private readonly StandIn _vault;
    private readonly MisbehavingVault _misbehaving;
    private readonly Dictionary<(VaultOperation Operation, VaultLabels Labels), State> _states = [];

    private VaultVerdict? _verdict;
    private int _count;

    public VaultBench()
    {
        _shell = new Shell(_store);
        _vault = new StandIn(_store);
        _misbehaving = new MisbehavingVault(_vault);
        VaultSecrets.FirstPause = TimeSpan.Zero;
        foreach ((string name, string key) in Keys)
        {
            Run("$null", (name, EngineTest.SecureText(key)));
        }
    }

    private string Folder => Path.Combine(_home, $"{_count}");

    public VaultVerdict Judge(VaultOperation operation, VaultMode mode)
    {
        _verdict = new VaultVerdict(operation, mode);
        Restore(operation, mode.Labels);
        Dictionary<string, string> before = Expected(operation.Before);
        Dictionary<string, string> after = Expected(operation.After);
        HashSet<string> foreign = [.. KeyIds().Where(id => !Referred(Folder).Contains(id) && Referred(Folder + "-other").Contains(id))];

        _misbehaving.Begin(mode.Command, mode.Way);
        CommandResult act = Run(operation.Act);

        // An import of nothing, since nothing was listed, did nothing.
        bool isDone = act.Errors.Count == 0 && (act.Output.Count > 0 || !operation.IsImport);
        Dictionary<string, HashSet<string>> allowed = Allowed(isDone, before, after);
        RequireTruth(Test(), Read(), allowed, isOn: true);
        _misbehaving.End();

        List<Reading> readings = Read();
        RequireNothingLost(readings, isDone ? after : before.Where(item => after.ContainsKey(item.Key)).ToDictionary(), allowed, foreign);
        CheckResult[] checks = Test();
        RequireTruth(checks, readings, allowed, isOn: false);
        RequireNothingSilent(Said(act), checks, foreign);

        // What was left is repaired by the next change, or by a repair, of a vault that behaves.
        CommandResult heal = Run("New-LlmConfig healer openai -ApiKey $healer -Vault Team; Repair-LlmConfig -Force -Vault Team");
        allowed["healer"] = [Keys["healer"]];
        RequireNothingLost(Read(), isDone ? after : [], allowed, foreign);
        RequireNothingSilent(Said(act) + Said(heal), [], foreign, healed: true);
        return _verdict;
    }

    public void Dispose()
    {
        _vault.Dispose();
        _shell.Dispose();
        _store.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [GeneratedRegex("llm-api-key-[0-9a-f]{32}")]
    private static partial Regex KeyId();

    private static Dictionary<string, string> Expected(string text) => text
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(item => item.Split('='))
        .ToDictionary(item => item[0], item => Keys[item[1]]);

    // What a configuration may have as its key now; what failed may have come to pass all the same.
    private static Dictionary<string, HashSet<string>> Allowed(bool isDone, Dictionary<string, string> before, Dictionary<string, string> after)
    {
        var allowed = new Dictionary<string, HashSet<string>>();
        foreach ((string name, string key) in isDone ? after : before.Concat(after))
        {
            allowed.TryAdd(name, []);
            allowed[name].Add(key);
        }

        return allowed;
    }

    private static string Said(CommandResult result) => string.Join(
        '\n', [.. result.Warnings, .. result.Errors.Select(error => $"{error} {error.ErrorDetails?.RecommendedAction}")]);

    // The ids of our form under which the vault really has something, however it calls it.
    private IEnumerable<string> KeyIds() => _vault.Secrets.Keys.SelectMany(name => KeyId().Matches(name)).Select(match => match.Value).Distinct();

    private static HashSet<string> Referred(string folder)
    {
        string file = Path.Combine(folder, "llm_config.json");
        return File.Exists(file) ? [.. KeyId().Matches(File.ReadAllText(file)).Select(match => match.Value)] : [];
    }

    private CommandResult Run(string script, params (string Name, object? Value)[] variables)
    {
        CommandResult result = _shell.Invoke(script, variables);
        List<ErrorRecord> errors = [.. result.Errors, .. result.Output.Select(item => item?.BaseObject).OfType<ErrorRecord>()];
        foreach (ErrorRecord error in errors.Where(error => error is not { Exception: LlmConfigException, ErrorDetails.RecommendedAction.Length: > 0 }))
        {
            _verdict?.Add(VaultVerdict.Errors, $"{error.FullyQualifiedErrorId}: {error}");
        }

        string talk = string.Join('\n', [.. result.Talk, .. errors.Select(error => $"{error} {error.Exception} {error.ErrorDetails?.RecommendedAction}")]);
        foreach (string form in Forms.Where(form => talk.Contains(form, StringComparison.OrdinalIgnoreCase)))
        {
            _verdict?.Add(VaultVerdict.Leaked, $"{form} in {talk}");
        }

        return result;
    }

    // Prepared once for all modes: the folder and what the vault holds are copied.
    private void Restore(VaultOperation operation, VaultLabels labels)
    {
        Register(labels);
        _misbehaving.SaysWhatIsMissing = labels == VaultLabels.None;
        if (!_states.TryGetValue((operation, labels), out State? state))
        {
            _states.Add((operation, labels), state = Prepare(operation));
        }

        _count++;
        _store.SetVariable("LLMCONFIG_HOME", Folder);
        Copy(state.Folder, Folder);
        Copy(state.Folder + "-other", Folder + "-other");
        _misbehaving.Clear();
        foreach ((string name, string secret) in state.Secrets)
        {
            _vault.Secrets.Add(name, secret);
        }

        foreach ((string name, Hashtable metadata) in state.Metadata)
        {
            _vault.Metadata.Add(name, (Hashtable)metadata.Clone());
        }
    }

    private State Prepare(VaultOperation operation)
    {
        _count++;
        _store.SetVariable("LLMCONFIG_HOME", Folder);
        _misbehaving.Clear();
        _vault.Secrets[VaultOperation.Named] = Keys["named"];
        Run("Set-LlmConfigStore -Protector KeyFile; " + operation.Prepare).RequireNoError();
        if (operation.LeavesUndone)
        {
            _misbehaving.Begin(MisbehavingVault.RemoveSecret, VaultWay.WritesError);
            Run("Remove-LlmConfig work").RequireNoError();
            _misbehaving.End();
            Assert.Single(Pending(Folder));
        }

        if (operation.LeavesOrphan)
        {
            Array.ForEach(Pending(Folder), File.Delete);
        }

        return new State(Folder, new Dictionary<string, string>(_vault.Secrets), new Dictionary<string, Hashtable>(_vault.Metadata));
    }

    private static string[] Pending(string folder) =>
        Path.Combine(folder, "pending") is var pending && Directory.Exists(pending) ? Directory.GetFiles(pending) : [];

    private void Register(VaultLabels labels)
    {
        _vault.Register(takesMetadata: labels == VaultLabels.WithSecret);
        string extension = Path.Combine(_vault.ModulePath, "TeamVault.Extension");
        if (labels == VaultLabels.Afterwards)
        {
            Directory.CreateDirectory(extension);
            File.WriteAllText(Path.Combine(extension, "TeamVault.Extension.psm1"), "function Set-SecretInfo { }");
        }
        else if (Directory.Exists(extension))
        {
            Directory.Delete(extension, recursive: true);
        }
    }

    private static void Copy(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            return;
        }

        Directory.CreateDirectory(to, File.GetUnixFileMode(from));
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private CheckResult[] Test() => [.. Run("Test-LlmConfig").Output.Select(item => (CheckResult)item.BaseObject)];

    private List<Reading> Read()
    {
        var readings = new List<Reading>();
        const string read = "foreach ($item in Get-LlmConfig) { $item; try { Get-LlmConfigKey -Id $item.Id -AsPlainText -ErrorAction Stop } catch { $_ } }";
        foreach (PSObject item in Run(read).Output)
        {
            if (item.BaseObject is LlmConfiguration configuration)
            {
                readings.Add(new Reading(configuration, null, string.Empty));
            }
            else
            {
                readings[^1] = readings[^1] with { Key = item.BaseObject as string, Error = item.ToString() };
            }
        }

        return readings;
    }

    // What Test-LlmConfig calls right is right, and what it calls missing is missing.
    private void RequireTruth(CheckResult[] checks, List<Reading> readings, Dictionary<string, HashSet<string>> allowed, bool isOn)
    {
        string when = isOn ? "meanwhile" : "afterwards";
        foreach ((LlmConfiguration item, string? key, string error) in readings)
        {
            // A secret of somebody else, or the key of another store, may be anything: what the vault gives is what it is.
            bool isTheirs = item.KeyName is not null || (isOn && _verdict!.Operation.NeedsLabels && item.Name == "work");
            bool isRight = key is not null && (isTheirs || (allowed.TryGetValue(item.Name, out HashSet<string>? right) && right.Contains(key)));
            if (key is not null && !isRight)
            {
                _verdict!.Add(VaultVerdict.Untrue, $"{when} the key of '{item.Name}' is given as '{key}'");
            }

            bool isThere = _vault.Secrets.ContainsKey(item.KeyId!);
            foreach (CheckResult check in checks.Where(check => check.Check == "Key" && check.Target == item.Name))
            {
                if (check.Status == CheckStatus.Ok && !isRight)
                {
                    _verdict!.Add(VaultVerdict.Untrue, $"{when} '{check.Message}', but: {error}");
                }
                else if (isThere && check.Status == CheckStatus.Error && check.Message.Contains("does not have", StringComparison.Ordinal))
                {
                    _verdict!.Add(VaultVerdict.Untrue, $"{when} '{check.Message}', but it has it");
                }
                else if (isRight && !(check.Status == CheckStatus.Ok || (isOn && check.Status == CheckStatus.Unknown)))
                {
                    _verdict!.Add(VaultVerdict.Untrue, $"{when} '{check.Message}', but it can be read");
                }
            }

            string? label = (string?)_vault.Metadata.GetValueOrDefault(item.KeyId!)?["name"];
            bool isLabelled = _verdict!.Mode.TakesLabels && item is { Vault: StandIn.VaultName, KeyName: null };
            if (isLabelled && label != item.Name && checks.Any(check => check is { Check: "Label", Status: CheckStatus.Ok }))
            {
                _verdict!.Add(VaultVerdict.Untrue, $"{when} the labels are right, but that of '{item.Name}' says '{label}'");
            }
        }

        if (checks.Any(check => check is { Check: "Orphan", Status: CheckStatus.Ok }))
        {
            HashSet<string> referred = [.. Referred(Folder), .. Referred(Folder + "-other")];
            foreach (string id in KeyIds().Where(id => !referred.Contains(id) && IsKey(id)))
            {
                _verdict!.Add(VaultVerdict.Untrue, $"{when} there is no orphan, but {id} is there");
            }
        }
    }

    private bool IsKey(string id) => Under(id).Any(secret => !secret.Value.StartsWith("throwaway", StringComparison.Ordinal));

    private IEnumerable<KeyValuePair<string, string>> Under(string id) => _vault.Secrets.Where(secret => secret.Key.Contains(id, StringComparison.Ordinal));

    private void RequireNothingLost(
        List<Reading> readings, Dictionary<string, string> acknowledged, Dictionary<string, HashSet<string>> allowed, HashSet<string> foreign)
    {
        foreach ((LlmConfiguration item, string? key, string error) in readings)
        {
            if (key is null || !allowed.TryGetValue(item.Name, out HashSet<string>? right) || !right.Contains(key))
            {
                _verdict!.Add(VaultVerdict.Lost, $"the key of '{item.Name}' ({key ?? error})");
            }
        }

        HashSet<string> names = [.. readings.Select(reading => reading.Item.Name)];
        foreach (string name in acknowledged.Keys.Where(name => !names.Contains(name)))
        {
            _verdict!.Add(VaultVerdict.Lost, $"the configuration '{name}'");
        }

        foreach (string id in foreign.Where(id => !_vault.Secrets.ContainsKey(id)))
        {
            _verdict!.Add(VaultVerdict.Lost, $"the key {id} of another store");
        }

        if (_vault.Secrets.GetValueOrDefault(VaultOperation.Named) != Keys["named"])
        {
            _verdict!.Add(VaultVerdict.Lost, "somebody's secret");
        }
    }

    private void RequireNothingSilent(string said, CheckResult[] checks, HashSet<string> foreign, bool healed = false)
    {
        HashSet<string> referred = Referred(Folder);
        string pending = healed ? string.Empty : string.Concat(Pending(Folder).Select(File.ReadAllText));
        int unattributed = checks.Count(check => check is { Check: "Orphan", Status: CheckStatus.Unknown, Target: StandIn.VaultName });
        foreach (string id in KeyIds().Where(id => !referred.Contains(id) && !foreign.Contains(id)))
        {
            bool isTold = said.Contains(id, StringComparison.Ordinal)
                || pending.Contains(id, StringComparison.Ordinal)
                || unattributed > 0
                || checks.Any(check => check.Status != CheckStatus.Ok && check.Target == id);
            if (!isTold)
            {
                string what = string.Join(", ", Under(id).Select(secret => $"{secret.Key}={secret.Value}"));
                _verdict!.Add(VaultVerdict.Silent, $"{what}{(healed ? " after the next change and a repair" : string.Empty)}");
            }
        }
    }

    private sealed record Reading(LlmConfiguration Item, string? Key, string Error);

    private sealed record State(string Folder, Dictionary<string, string> Secrets, Dictionary<string, Hashtable> Metadata);
}
