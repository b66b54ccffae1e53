using System.Collections.Concurrent;

namespace LlmConfig.Tests;

/// <summary>A store in a temporary folder whose processes can be made to fail or die, and what it holds seen from outside.</summary>
internal sealed class CrashStore : IDisposable
{
    // In memory where there is such a place: what is tested is the order of the calls, thousands of times, not the disk.
    private readonly string _home = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"llmconfig-crash-{Guid.NewGuid():N}")).FullName;

    private readonly ConcurrentDictionary<string, MemoryKey> _memory;
    private readonly Dictionary<Guid, byte[]> _keyring;
    private readonly DiskJournal? _journal;
    private readonly bool _takesLabels = true;

    /// <summary>A store that does not exist yet.</summary>
    /// <param name="journal">Where what is done to it is written down, if anywhere.</param>
    /// <param name="takesLabels">False where the vault in memory keeps no labels.</param>
    public CrashStore(DiskJournal? journal = null, bool takesLabels = true)
    {
        _takesLabels = takesLabels;
        _memory = new ConcurrentDictionary<string, MemoryKey>(StringComparer.Ordinal);
        _keyring = [];
        _journal = journal;
    }

    /// <summary>What a power cut left of another one.</summary>
    public CrashStore(DiskImage left, CrashStore origin)
    {
        _memory = new ConcurrentDictionary<string, MemoryKey>(left.Keys, StringComparer.Ordinal);
        _keyring = new Dictionary<Guid, byte[]>(left.MasterKeys);
        left.WriteTo(_home, origin._home);
    }

    public string Folder => Path.Combine(_home, "store");

    /// <summary>Opens the store as a new process would.</summary>
    public LlmConfigRepository Open(FaultPlan plan, OnlineCheckSetup? online = null, Action<LlmConfigWarning>? warn = null) => new(StoreFolder.At(Folder), new LlmConfigOptions
    {
        Online = online ?? new OnlineCheckSetup(),
        Warning = warn,
        Files = _journal is null ? new CrashingFileSystem(plan) : new RecordingFileSystem(plan, _journal),
        Vaults = new MemoryVault(_memory, plan, _journal, _takesLabels),
        Protectors = (folder, files) =>
            [new KeyFileProtector(folder, files), new MemoryProtector(_keyring, plan, _journal)],
        LockPatience = TimeSpan.FromSeconds(1),
    });

    /// <summary>Does something in a process of its own.</summary>
    /// <returns>True when it was done; false when the process died, was stopped, or the operation was refused.</returns>
    public bool Run(Action<LlmConfigRepository, CancellationToken> act, FaultPlan plan)
    {
        try
        {
            using LlmConfigRepository repository = Open(plan);
            act(repository, plan.Patience);
            return true;
        }
        catch (Exception e) when (e is CrashException or LlmConfigException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Does something in a process of its own in which nothing fails.</summary>
    public bool Run(Action<LlmConfigRepository, CancellationToken> act) => Run(act, FaultPlan.None);

    /// <summary>Everything that a user can see, with the keys' values, and nothing that differs from run to run.</summary>
    public string Describe()
    {
        using LlmConfigRepository store = Open(FaultPlan.None);
        IReadOnlyList<LlmConfiguration> all;
        try
        {
            all = store.GetAll();
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreCorrupt)
        {
            return "lost";
        }

        IEnumerable<string> items = all.Select(item =>
        {
            string key = "-";
            if (item.Vault is not null)
            {
                try
                {
                    using ApiKey value = store.GetKey(item.Id);
                    key = value.ToPlainText();
                }
                catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.HostMismatch && item.Vault == MemoryVault.VaultName)
                {
                    // Rebuilt from a label that others may write: it is there, and goes nowhere until its host was accepted.
                    key = $"{_memory[item.KeyId!].Value}, not accepted";
                }
                catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.HostMismatch)
                {
                    key = "not accepted";
                }
            }

            return $"{item.Name} {item.Provider} {item.Vault} {key} {item.IsDefault}";
        });
        StoreInfo info = store.GetStore();
        return $"{string.Join("; ", items)} | {info.DefaultVault} {(info.ConfigurationCount == 0 ? "-" : info.Protector)}";
    }

    /// <summary>What no configuration refers to, and what was left lying about, after recovery; empty when all is well.</summary>
    public string Leftovers()
    {
        using LlmConfigRepository store = Open(FaultPlan.None);
        var found = new List<string>();
        int local = store.GetAll().Count(item => item.Vault == LlmConfigRepository.BuiltInVault);
        int sealedFiles = Files("vault", "*.sealed").Length;
        if (sealedFiles != local)
        {
            found.Add($"{sealedFiles} sealed files for {local} keys");
        }

        int inMemory = store.GetAll().Count(item => item.Vault == MemoryVault.VaultName);
        if (_memory.Count != inMemory)
        {
            found.Add($"{_memory.Count} keys in memory for {inMemory}");
        }

        // Where no label says whose a key is, a note does.
        IEnumerable<string> notes = Files("written", "*").Select(path => Path.GetFileNameWithoutExtension(path));
        found.AddRange(notes.Except(_memory.Keys).Select(keyId => $"the note of {keyId}, which is gone"));
        found.AddRange(_memory.Keys.Where(_ => !_takesLabels).Except(notes).Select(keyId => $"{keyId} without a note"));

        // A label that is behind would give another store, or a repair, what no longer holds. One beside a key whose host was forged is not.
        Guid storeId = store.GetStore().StoreId ?? Guid.Empty;
        IKeyVault[] labelled = _takesLabels ? [store.BuiltIn, new MemoryVault(_memory, FaultPlan.None)] : [store.BuiltIn];
        IEnumerable<KeyVaultEntry> entries = labelled
            .SelectMany(vault => vault.List(default));
        found.AddRange(entries
            .Where(entry => store.GetAll().SingleOrDefault(item => item.KeyId == entry.KeyId) is not { } forged || store.GetHostProblem(forged) is null)
            .Where(entry => entry.Label is not { } label
                || !label.Says(new KeyLabel(storeId, store.GetAll().SingleOrDefault(item => item.KeyId == entry.KeyId) ?? label.Configuration)))
            .Select(entry => $"stale label '{entry.Label?.Configuration.Name}'"));
        found.AddRange(Files("pending", "*").Select(path => Path.GetRelativePath(Folder, path)));
        return string.Join(", ", found);
    }

    /// <summary>Lets a repair finish what was begun; then there is one master key, and none that was exchanged.</summary>
    public void FinishExchange()
    {
        using LlmConfigRepository store = Open(FaultPlan.None);
        foreach (RepairResult result in store.Repair(store.PlanRepair(), _ => true))
        {
            Assert.True(result.Changed, result.Message);
        }

        Assert.DoesNotContain(store.Check(), result => result.Status != CheckStatus.Ok);
        VaultHeader header = VaultHeader.Parse(File.ReadAllBytes(Path.Combine(Folder, "vault", "vault.json")));
        Assert.Null(header.Previous);
        Assert.Equal(
            header.Protector == ProtectorKind.KeyFile ? [header.VaultId] : [],
            Files("vault", LocalVaultFiles.MasterKeyPattern).Select(path => LocalVaultFiles.MasterKeyOwner(path)!.Value));

        // A new one that its process did not come to use may be there, and nothing else.
        Assert.InRange(_keyring.Count, header.Protector == ProtectorKind.SecretService ? 1 : 0, 2);
        Assert.All(
            Files("vault", "*.sealed"), path => Assert.Equal(header.VaultId, SealedSecret.VaultOf(File.ReadAllBytes(path))));
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private string[] Files(string folder, string pattern)
    {
        string path = Path.Combine(Folder, folder);
        return Directory.Exists(path) ? Directory.GetFiles(path, pattern) : [];
    }
}
