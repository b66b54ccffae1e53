using System.Security;

namespace LlmConfig;

/// <summary>
/// One store of configurations and the vaults that hold their keys, kept in step: a change is done exactly when the new
/// <c>llm_config.json</c> is renamed into place, keys are written before that and removed after it, and whatever a
/// process leaves undone when it dies is finished by the next one. Safe to use from several threads and processes.
/// </summary>
/// <remarks>
/// Every member throws <see cref="LlmConfigException"/> for what can go wrong with the store or a vault; the codes named
/// below are the usual ones. StoreUnsafe, StoreAccessDenied and StoreVersionUnsupported can come from any of them.
/// </remarks>
public sealed class LlmConfigRepository : IDisposable
{
    // A move is repeated when its key is rotated by another process meanwhile; three such coincidences are no coincidence.
    private const int MostRounds = 3;

    private readonly StoreFolder _folder;
    private readonly LlmConfigOptions _options;
    private readonly StoreFileSystem _files;
    private readonly ConfigFile _config;
    private readonly IntentLog _intents;
    private readonly LocalVault _local;
    private readonly EventLog _log;

    // While a store is looked at, what would be a warning is a result.
    private bool _isLooking;

    /// <summary>Opens the store in a folder. Neither reads nor creates anything yet.</summary>
    /// <param name="folder">Where the store is.</param>
    /// <param name="options">What else to work with; <see langword="null"/> for the built-in vault alone.</param>
    public LlmConfigRepository(StoreFolder folder, LlmConfigOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        _folder = folder;
        _options = options ?? new LlmConfigOptions();
        _files = _options.Files ?? StoreFileSystem.Create();
        _files.Warn ??= Warn;
        _log = new EventLog(folder.Path, _options.LogFile is { } log ? new EventLogFile(log, _files, _options.Clock, warning => _options.Warning?.Invoke(warning)) : null);
        _config = new ConfigFile(folder, _files, Warn, _options.LockPatience);
        _intents = new IntentLog(folder.Path, _files, _options.Clock, Warn);
        string vaultFolder = new StorePaths(folder.Path).Vault;
        _local = new LocalVault(
            vaultFolder, _files, _options.Protectors(vaultFolder, _files), _options.Clock, Warn, _options.LockPatience);
    }

    /// <summary>The name of the built-in vault: <c>LlmConfig</c>.</summary>
    public static string BuiltInVault => LocalVault.VaultName;

    /// <summary>The built-in vault, for inspection and tests.</summary>
    internal IKeyVault BuiltIn => _local;

    /// <summary>The full path of the store's folder.</summary>
    public string Folder => _folder.Path;

    private DateTime Now
    {
        get
        {
            DateTime now = _options.Clock.GetUtcNow().UtcDateTime;
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    /// <summary>All configurations, in the order in which they were created; empty when there is no store yet.</summary>
    /// <exception cref="LlmConfigException">StoreCorrupt when neither the file nor its backup can be read.</exception>
    public IReadOnlyList<LlmConfiguration> GetAll() => Logged(nameof(GetAll), () => _config.Read()?.Configurations ?? []);

    /// <summary>The configuration of this name, letter case and surrounding spaces apart.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="LlmConfigException">NotFound, StoreCorrupt.</exception>
    public LlmConfiguration Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Logged(nameof(Get), () => _config.Read()?.Find(name) ?? throw ConfigDraft.NotFound(name));
    }

    /// <summary>The configuration of this name, letter case and surrounding spaces apart; <see langword="null"/> when there is none.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public LlmConfiguration? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Logged(nameof(Find), () => _config.Read()?.Find(name));
    }

    /// <summary>The configuration of this id.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="LlmConfigException">NotFound, StoreCorrupt.</exception>
    public LlmConfiguration Get(Guid id) =>
        Logged(nameof(Get), () => _config.Read()?.Find(id) ?? throw ConfigDraft.NotFound(id.ToString("D")));

    /// <summary>The store's default configuration, or <see langword="null"/> when it has none.</summary>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public LlmConfiguration? GetDefault() => GetAll().FirstOrDefault(item => item.IsDefault);

    /// <summary>The store's default configuration.</summary>
    /// <exception cref="LlmConfigException">NotFound: there is none; StoreCorrupt.</exception>
    public LlmConfiguration RequireDefault() => GetDefault() ?? throw new LlmConfigException(
        LlmConfigErrorCode.NotFound,
        null,
        "No configuration was named, and there is no default one.",
        "Name one, or choose the default with Set-LlmConfig -AsDefault.");

    /// <summary>The key of a configuration.</summary>
    /// <param name="id">The configuration's id.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <returns>The key, for the caller to dispose of.</returns>
    /// <exception cref="LlmConfigException">
    /// NotFound, KeyMissing (it has none, or the vault lost it), VaultNotFound, VaultLocked, VaultUnavailable, VaultCorrupt.
    /// </exception>
    public ApiKey GetKey(Guid id, CancellationToken cancellation = default) =>
        Logged(nameof(GetKey), () => ReadCurrentKey(Get(id), cancellation).Key);

    /// <summary>The key of a configuration that was read just now: it is read again only where its key is gone.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <returns>The key, for the caller to dispose of.</returns>
    /// <exception cref="LlmConfigException">As for <see cref="GetKey(Guid, CancellationToken)"/>.</exception>
    public ApiKey GetKey(LlmConfiguration configuration, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Logged(nameof(GetKey), () => ReadCurrentKey(configuration, cancellation).Key);
    }

    /// <summary>What a configuration puts into the environment of a program: its key, base URL and model, as they belong together.</summary>
    /// <param name="id">The configuration's id.</param>
    /// <param name="variable">The one variable that gets the key; <see langword="null"/> for all that the provider's tools read.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <returns>The variables, for the caller to dispose of.</returns>
    /// <exception cref="LlmConfigException">
    /// NotFound, UnknownProvider, InvalidName (of the variable), KeyMissing (it has none and the provider needs one, or the
    /// vault lost it), VaultNotFound, VaultLocked, VaultUnavailable, VaultCorrupt.
    /// </exception>
    public LlmEnvironment GetEnvironment(Guid id, string? variable = null, CancellationToken cancellation = default) =>
        Logged(nameof(GetEnvironment), () =>
        {
            (LlmConfiguration item, ApiKey? key) = ReadKeyIfAny(id, cancellation);
            return new LlmEnvironment(item, key, variable);
        });

    /// <summary>
    /// Asks the providers of configurations whether their keys work: a GET request each, with the key in the provider's header,
    /// that fails without a valid key. It takes 10 seconds at most; redirects to another host are not followed; the proxy
    /// settings of the system are honoured.
    /// </summary>
    /// <param name="ids">The configurations' ids.</param>
    /// <param name="progress">Told how many are done; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Gives up with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>One result for each, in order, as they come; at most four requests are under way. A key that cannot be read is a result too.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt, while the results are read.</exception>
    public IEnumerable<OnlineCheckResult> CheckOnline(
        IReadOnlyList<Guid> ids, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Check();

        IEnumerable<OnlineCheckResult> Check()
        {
            using var check = new OnlineCheck(_options.Online);
            foreach (OnlineCheckResult result in check.Run(ids, id => ReadKeyIfAny(id, cancellation), progress, cancellation))
            {
                yield return result;
            }
        }
    }

    /// <summary>Creates one configuration.</summary>
    /// <param name="wanted">What to create.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <exception cref="LlmConfigException">
    /// InvalidName, DuplicateName, UnknownProvider, InvalidBaseUrl, InsecureBaseUrl; VaultNotFound, VaultLocked,
    /// VaultUnavailable, VaultCorrupt; StoreCorrupt, StoreBusy, StoreFull. Nothing was changed then, unless the text begins with
    /// "The change was made": the disk did not confirm it.
    /// </exception>
    public LlmConfiguration Create(NewConfiguration wanted, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Single(Create([wanted], null, cancellation));
    }

    /// <summary>Creates many configurations in one commit. One that fails does not stop the others.</summary>
    /// <param name="wanted">What to create.</param>
    /// <param name="progress">Told how many keys were written so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <returns>One result for each, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreBusy, StoreFull: none was created.</exception>
    public IReadOnlyList<ChangeResult> Create(
        IReadOnlyList<NewConfiguration> wanted, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Logged(nameof(Create), () => Run(Plan(wanted), progress, cancellation), _log.Created);
    }

    /// <summary>Says what <see cref="Create(IReadOnlyList{NewConfiguration}, IProgress{int}, CancellationToken)"/> would do, as far
    /// as the rules and the store decide it: nothing is changed and no vault is asked.</summary>
    /// <param name="wanted">What would be created.</param>
    /// <returns>One result for each, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public IReadOnlyList<ChangeResult> Preview(IReadOnlyList<NewConfiguration> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Preview(Plan(wanted));
    }

    /// <summary>Changes one configuration.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="wanted">What to change.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <exception cref="LlmConfigException">NotFound, KeyMissing (on a move), and as for <see cref="Create(NewConfiguration, CancellationToken)"/>.</exception>
    public LlmConfiguration Update(Guid id, ConfigurationUpdate wanted, CancellationToken cancellation = default) =>
        Single(Update([new(id, wanted)], null, cancellation));

    /// <summary>Changes many configurations in one commit. One that fails does not stop the others.</summary>
    /// <param name="wanted">The ids and what to change of each.</param>
    /// <param name="progress">Told how many keys were written so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <returns>One result for each, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreBusy, StoreFull: none was changed.</exception>
    public IReadOnlyList<ChangeResult> Update(
        IReadOnlyList<KeyValuePair<Guid, ConfigurationUpdate>> wanted, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Logged(nameof(Update), () => Run(Plan(wanted), progress, cancellation), _log.Changed);
    }

    /// <summary>Says what <see cref="Update(IReadOnlyList{KeyValuePair{Guid, ConfigurationUpdate}}, IProgress{int}, CancellationToken)"/>
    /// would do, as far as the rules and the store decide it: nothing is changed and no vault is asked.</summary>
    /// <param name="wanted">The ids and what would be changed of each.</param>
    /// <returns>One result for each, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public IReadOnlyList<ChangeResult> Preview(IReadOnlyList<KeyValuePair<Guid, ConfigurationUpdate>> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Preview(Plan(wanted));
    }

    /// <summary>Removes configurations in one commit, and their keys after it. One that fails does not stop the others.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="keepKeys">True to leave the keys in their vaults, for other stores that refer to them.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <returns>One result for each, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreBusy, StoreFull: none was removed.</exception>
    public IReadOnlyList<ChangeResult> Remove(
        IReadOnlyList<Guid> ids, bool keepKeys = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Logged(
            nameof(Remove),
            () =>
            {
                ConfigDocument? seen = _config.ReadStrictly();
                return Run([.. ids.Select(id => new RemoveChange(id, NameOf(seen, id), keepKeys))], null, cancellation);
            },
            _log.Removed);
    }

    /// <summary>
    /// Says what an import of a file or of the environment would do, item by item. Changes nothing; where keys come along, it
    /// may open the vault that they would go to.
    /// </summary>
    /// <param name="items">What to import, such as <see cref="ImportSource.Items"/>; of several sources one after the other.</param>
    /// <param name="options">How to import; <see langword="null"/> for the defaults.</param>
    /// <exception cref="LlmConfigException">StoreCorrupt. What is wrong with one item is in its step.</exception>
    public ImportPlan PlanImport(IReadOnlyList<ImportItem> items, ImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        options ??= new ImportOptions();
        DateTime now = Now;
        List<ImportItem> wanted = [.. items.Where(item => options.Wants(item.Name, item.Provider))];
        ImportItem.MarkRepeated(wanted);
        return Plan([.. wanted.Select(item => new ImportChange(item, options, now))], _config.ReadStrictly());
    }

    /// <summary>
    /// Says what an import from a vault that several stores share would do: each configuration that the vault knows through the
    /// labels of its keys, and that this store does not have or has an older state of; and each that came from the vault and
    /// that it does not have any more. Changes nothing, neither here nor there; reads no key.
    /// </summary>
    /// <param name="vault">The vault's name.</param>
    /// <param name="options">How to import; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">
    /// VaultNotFound, SecretManagementMissing, VaultLocked; VaultUnavailable: it does not answer, keeps no labels, or is the
    /// built-in one; StoreCorrupt. What is wrong with one configuration is in its step.
    /// </exception>
    public ImportPlan PlanImport(string vault, ImportOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(vault);
        IKeyVault opened = OpenVault(vault.Trim());
        SharedVault.RequireShared(opened);
        ConfigDocument? seen = _config.ReadStrictly();
        (IReadOnlyList<ImportingChange> changes, int passedOver) = new SharedVault(opened, _intents, Warn).Compare(seen, options ?? new ImportOptions(), cancellation);
        SharedVault.Acquaint(changes, seen);
        return Plan(changes, seen, passedOver);
    }

    /// <summary>Imports what was planned, in one commit. One item that fails does not stop the others.</summary>
    /// <param name="steps">The steps of a plan of this repository, or some of them.</param>
    /// <param name="progress">Told how many keys were written so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <returns>One result for each step, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreBusy, StoreFull: nothing was imported.</exception>
    public IReadOnlyList<ImportResult> Import(
        IReadOnlyList<ImportStep> steps, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(steps);
        long started = EventLog.Start();
        IReadOnlyList<ImportResult> results = Logged(nameof(Import), () =>
        {
            List<ImportingChange> changes = [.. steps.Select(step => step.Change)];
            changes.ForEach(change => change.Restart());
            SharedVault.Acquaint(changes, _config.ReadStrictly());
            Run(changes, progress, cancellation);
            return (IReadOnlyList<ImportResult>)[.. steps.Select(step => new ImportResult(step, step.Change.Action, step.Change.Result, step.Change.Error))];
        });
        foreach (ImportResult result in results)
        {
            _log.Imported(result, started);
        }

        return results;
    }

    /// <summary>Imports all that a file or the environment offers: a plan that is carried out at once.</summary>
    /// <param name="source">The source, which keeps its keys until it is disposed of.</param>
    /// <param name="options">How to import; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told how many keys were written so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <returns>One result for each item; what of the source cannot be imported at all is in <see cref="ImportSource.Errors"/>.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreBusy, StoreFull: nothing was imported.</exception>
    public IReadOnlyList<ImportResult> Import(
        ImportSource source, ImportOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Import(PlanImport(source.Items, options).Steps, progress, cancellation);
    }

    /// <summary>Configurations without their keys, as a file of the format of <c>llm_config.json</c>.</summary>
    /// <param name="ids">Their ids.</param>
    /// <returns>The file in UTF-8, for <see cref="WriteExport"/> or any other place.</returns>
    /// <exception cref="LlmConfigException">NotFound, StoreCorrupt.</exception>
    public byte[] Export(IReadOnlyList<Guid> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return ConfigDocumentWriter.Write(SelectForExport(ids));
    }

    /// <summary>Configurations with their keys, sealed with a password (PBKDF2-HMAC-SHA256 of 600,000 rounds, AES-256-GCM).</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="password">The password: 8 characters or more. Who has the file and knows or guesses it has the keys.</param>
    /// <param name="progress">Told how many keys were read so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Stops waiting for a vault.</param>
    /// <returns>The file in UTF-8.</returns>
    /// <exception cref="LlmConfigException">
    /// InvalidKey: the password is too short; NotFound, StoreCorrupt; KeyMissing, VaultNotFound, VaultLocked, VaultUnavailable,
    /// VaultCorrupt: a key cannot be read, and nothing is exported.
    /// </exception>
    public byte[] Export(
        IReadOnlyList<Guid> ids, SecureString password, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(password);
        using SecretBytes secret = PasswordBytes.From(password, PasswordBytes.ShortestToSeal);
        ConfigDocument document = SelectForExport(ids);
        var keys = new List<ApiKey>();
        try
        {
            foreach (LlmConfiguration item in document.Configurations.Where(item => item.Key is not null))
            {
                cancellation.ThrowIfCancellationRequested();
                keys.Add(GetKey(item.Id, cancellation));
                progress?.Report(keys.Count);
            }

            return SealedExport.Seal(document, keys, secret.Span, Now);
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }
    }

    /// <summary>Writes an export to a file that only its owner can read, whole or not at all.</summary>
    /// <param name="path">The file; its folder must be there.</param>
    /// <param name="content">What <see cref="Export(IReadOnlyList{Guid})"/> gave.</param>
    /// <param name="overwrite">True to replace a file that is there; a link is replaced too, and not followed.</param>
    /// <exception cref="LlmConfigException">DuplicateName: there is a file; StoreAccessDenied, StoreFull, StoreUnsafe (a folder or a device).</exception>
    public void WriteExport(string path, ReadOnlySpan<byte> content, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _files.WriteOthersFile(Path.GetFullPath(path), content, overwrite);
    }

    /// <summary>Where the store is, what is in it, and how its keys are protected. Makes nothing.</summary>
    /// <exception cref="LlmConfigException">StoreCorrupt, VaultCorrupt.</exception>
    public StoreInfo GetStore() => Logged(nameof(GetStore), DescribeStore);

    /// <summary>Sets the vault that new keys go to; keys that exist stay where they are.</summary>
    /// <param name="name">The vault's name; <see langword="null"/> or empty to leave the choice to the order of the design.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <exception cref="LlmConfigException">VaultNotFound, SecretManagementMissing, StoreCorrupt, StoreBusy, StoreFull.</exception>
    public void SetDefaultVault(string? name, CancellationToken cancellation = default)
    {
        long started = EventLog.Start();
        string? known = Logged(nameof(SetDefaultVault), () =>
        {
            string? known = string.IsNullOrWhiteSpace(name) ? null : OpenVault(name.Trim()).Name;
            Initialise(cancellation);
            Certain(() => _config.Change(draft => draft.DefaultVault = known, cancellation));
            return known;
        });
        _log.StoreChanged("DefaultVault", known ?? string.Empty, started);
    }

    /// <summary>
    /// Lets another protector keep the master key of the built-in vault, or makes the vault with it. No key is written anew.
    /// </summary>
    /// <param name="kind">The protector.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, StoreBusy, StoreFull: the old protector stays.</exception>
    public void SetProtector(ProtectorKind kind, CancellationToken cancellation = default)
    {
        long started = EventLog.Start();
        bool changed = Logged(nameof(SetProtector), () =>
        {
            Initialise(cancellation);
            return _local.ChangeProtector(kind, cancellation);
        });
        if (changed)
        {
            _log.StoreChanged("Protector", kind.ToString(), started);
        }
    }

    /// <summary>
    /// Finishes what dead processes left undone: removes from the vaults each key that their intent files name and that no
    /// configuration refers to. Every change does this first, for the vaults that it uses.
    /// </summary>
    /// <param name="cancellation">Stops after the intent file at hand.</param>
    /// <returns>How many intent files were finished. A key that could not be removed yet leads to a warning and stays in its file.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt: which keys are referred to cannot be told, so none is touched.</exception>
    public int Recover(CancellationToken cancellation = default) => Logged(nameof(Recover), () =>
    {
        ConfigFile.RequireWorkingLocks();
        return _config.ReadStrictly() is null ? 0 : Recover(_ => true, cancellation);
    });

    /// <summary>
    /// Looks at the store and its vaults: the file and its backup, who may use them, what protects the keys, whether each key is
    /// in its vault, what was left undone or lies about. Changes and creates nothing.
    /// </summary>
    /// <param name="ids">The configurations whose keys are to be looked at; <see langword="null"/> for all, and the store itself.</param>
    /// <param name="maximumKeyAge">A key that was set longer ago leads to a warning; <see langword="null"/> for no such check.</param>
    /// <param name="progress">Told how many keys were looked at so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>One result for each check, also for those that found nothing to do.</returns>
    public IReadOnlyList<CheckResult> Check(
        IReadOnlyList<Guid>? ids = null, TimeSpan? maximumKeyAge = null, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        Looking(() =>
        {
            // The vaults of other configurations are left alone: opening one may take time, or ask somebody.
            IReadOnlyCollection<string>? vaults = ids is null ? null
                : [.. (_config.Read()?.Configurations ?? []).Where(item => ids.Contains(item.Id)).Select(item => item.Vault).OfType<string>()];
            StoreFindings findings = Inspection.Look(vaults, [], progress, cancellation);
            return (IReadOnlyList<CheckResult>)[.. new StoreChecks(findings, _folder.Path, Now).All(ids, maximumKeyAge)];
        });

    /// <summary>Looks at the store and plans what puts it right. Changes and creates nothing.</summary>
    /// <param name="vaults">
    /// Vaults to look into beside the built-in one and those that the configurations name: where the keys of a store lie whose
    /// file and backup are lost.
    /// </param>
    /// <param name="storeId">Which store to rebuild, where the vaults have keys of several.</param>
    /// <param name="progress">Told how many keys were looked at so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="LlmConfigException">
    /// StoreVersionUnsupported, StoreUnsafe, StoreAccessDenied: nothing can be repaired here. StoreCorrupt: neither the backup
    /// nor the vaults are of use. VaultNotFound, VaultLocked, VaultUnavailable: a vault that was named cannot be read.
    /// </exception>
    public RepairPlan PlanRepair(
        IReadOnlyList<string>? vaults = null, Guid? storeId = null, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        Logged(nameof(PlanRepair), () => Looking(() =>
        {
            StoreFindings findings = Inspection.Look(null, vaults ?? [], progress, cancellation);
            return vaults?.Select(findings.Vault).FirstOrDefault(vault => vault?.Error is not null)?.Error is { } error
                ? throw error
                : Repairer.Plan(findings, storeId);
        }));

    /// <summary>Does what was planned, step by step; each looks again before it changes anything. Safe to be stopped or killed, and to be repeated.</summary>
    /// <param name="plan">What <see cref="PlanRepair"/> gave.</param>
    /// <param name="isWanted">Asked before each step.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>What was done, what failed (it does not stop the others, except those that need a whole file), and what stays wrong.</returns>
    public IEnumerable<RepairResult> Repair(RepairPlan plan, Func<RepairStep, bool> isWanted, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(isWanted);
        return RepairSteps(plan, isWanted, cancellation);
    }

    /// <summary>Zeroes the master key, if one was loaded.</summary>
    public void Dispose() => _local.Dispose();

    private static string NameOf(ConfigDocument? document, Guid id) => document?.Find(id)?.Name ?? id.ToString("D");

    private static LlmConfiguration Single(IReadOnlyList<ChangeResult> results) =>
        results[0].Configuration ?? throw results[0].Error!;

    private void Warn(LlmConfigWarning warning)
    {
        if (!_isLooking)
        {
            _log.Warned(warning);
            _options.Warning?.Invoke(warning);
        }
    }

    private StoreInspection Inspection => new(_folder, _files, _config, _intents, _local, OpenVault, _options.LogFile);

    private StoreRepair Repairer => new(_folder, _files, _config, _intents, _local, intent => Finish(intent, _ => true), _options.Clock);

    private T Looking<T>(Func<T> look)
    {
        _isLooking = true;
        try
        {
            return look();
        }
        finally
        {
            _isLooking = false;
        }
    }

    private T Logged<T>(string operation, Func<T> work)
    {
        long started = EventLog.Start();
        try
        {
            return work();
        }
        catch (LlmConfigException e) when (_log.Failed(operation, e, started))
        {
            throw;
        }
    }

    private IReadOnlyList<ChangeResult> Logged(string operation, Func<IReadOnlyList<ChangeResult>> work, Action<LlmConfiguration, long> changed)
    {
        long started = EventLog.Start();
        IReadOnlyList<ChangeResult> results = Logged(operation, work);
        foreach (ChangeResult result in results)
        {
            if (result.Error is { } error)
            {
                _log.Failed(operation, error, started);
            }
            else
            {
                changed(result.Configuration!, started);
            }
        }

        return results;
    }

    private StoreInfo DescribeStore()
    {
        ConfigDocument? document = _config.Read();
        LocalVaultInfo vault = _local.GetInfo();
        (string name, string reason) = ChooseVault(document?.DefaultVault);
        return new StoreInfo
        {
            Path = _folder.Path,
            PathReason = _folder.Source,
            Exists = document is not null,
            StoreId = document?.StoreId,
            Revision = document?.Revision ?? 0,
            ConfigurationCount = document?.Configurations.Count ?? 0,
            DefaultConfiguration = document?.Configurations.FirstOrDefault(item => item.IsDefault)?.Name,
            DefaultVault = name,
            DefaultVaultReason = reason,
            Protector = vault.Protector,
            ProtectorReason = vault.Reason,
            ProtectorState = vault.Status.State,
            PendingChanges = document is null ? 0 : _intents.Count,
        };
    }

    private IEnumerable<RepairResult> RepairSteps(RepairPlan plan, Func<RepairStep, bool> isWanted, CancellationToken cancellation)
    {
        long started = EventLog.Start();
        foreach (RepairResult result in StoreRepair.Run(plan, isWanted, cancellation))
        {
            if (result.Changed)
            {
                _log.Repaired(result, started);
            }
            else if (result.Error is { } error)
            {
                _log.Failed(nameof(Repair), error, started);
            }

            yield return result;
            started = EventLog.Start();
        }
    }

    private ImportPlan Plan(IReadOnlyList<ImportingChange> changes, ConfigDocument? seen, int passedOver = 0)
    {
        Try(changes, seen ?? ConfigDocument.Empty, Opener(seen));
        return new ImportPlan([.. changes.Select(change => new ImportStep(change))], passedOver);
    }

    private ConfigDocument SelectForExport(IReadOnlyList<Guid> ids)
    {
        ConfigDocument? seen = _config.Read();
        List<LlmConfiguration> items = [.. ids.Distinct().Select(id => seen?.Find(id) ?? throw ConfigDraft.NotFound(id.ToString("D")))];
        return new ConfigDocument(seen?.StoreId ?? Guid.NewGuid(), seen?.Revision ?? 0, null, items, JsonExtras.None);
    }

    private List<PlannedChange> Plan(IReadOnlyList<NewConfiguration> wanted)
    {
        DateTime now = Now;
        return [.. wanted.Select(item => new CreateChange(item ?? throw new ArgumentException("An element is null.", nameof(wanted)), now))];
    }

    private List<PlannedChange> Plan(IReadOnlyList<KeyValuePair<Guid, ConfigurationUpdate>> wanted)
    {
        DateTime now = Now;
        ConfigDocument? seen = _config.ReadStrictly();
        return [.. wanted.Select(item => new UpdateChange(item.Key, NameOf(seen, item.Key), item.Value ?? throw new ArgumentException("An element is null.", nameof(wanted)), now))];
    }

    private List<ChangeResult> Preview(List<PlannedChange> changes)
    {
        ConfigDocument seen = _config.ReadStrictly() ?? ConfigDocument.Empty;
        Try(changes, seen, Opener(seen));
        WarnOfDoubts(changes, seen);
        return [.. changes.Select(change => change.ToResult())];
    }

    private static ConfigDraft Try(IReadOnlyList<PlannedChange> changes, ConfigDocument seen, Func<string?, IKeyVault> open)
    {
        var trial = new ConfigDraft(seen);
        foreach (PlannedChange change in changes)
        {
            change.Apply(trial, open);
        }

        return trial;
    }

    private void WarnOfDoubts(IReadOnlyList<PlannedChange> changes, ConfigDocument document)
    {
        foreach (LlmConfigWarning doubt in ChangeDoubts.Of(changes, document))
        {
            Warn(doubt);
        }
    }

    // The write protocol (docs/architecture.md): check, intent, keys, locked commit, deletion, intent gone.
    private IReadOnlyList<ChangeResult> Run(IReadOnlyList<PlannedChange> changes, IProgress<int>? progress, CancellationToken cancellation)
    {
        ConfigFile.RequireWorkingLocks();
        ConfigDocument seen = _config.ReadStrictly() ?? ConfigDocument.Empty;
        Func<string?, IKeyVault> open = Opener(seen);
        ConfigDraft trial = Try(changes, seen, open);
        List<PlannedChange> good = [.. changes.Where(change => change.Error is null)];
        if (good.Count > 0 && trial.IsChanged)
        {
            ConfigDocument store = Initialise(cancellation);
            HashSet<string> used = [.. KeysOf(good).Select(key => key.Vault), .. good.Select(change => change.KeptKey?.Vault).OfType<string>()];
            Recover(used.Contains, cancellation);
            for (int round = 1; good.Count > 0; round++)
            {
                seen = Commit(good, store.StoreId, open, progress, cancellation) ?? seen;
                good = Restart(good, open, round);
            }

            WarnOfDoubts(changes, seen);
        }

        return [.. changes.Select(change => change.ToResult())];
    }

    // Changes whose key another process rotated or moved at the same moment.
    private List<PlannedChange> Restart(List<PlannedChange> changes, Func<string?, IKeyVault> open, int round)
    {
        List<PlannedChange> outdated = [.. changes.Where(change => change.IsOutdated)];
        if (outdated.Count == 0)
        {
            return outdated;
        }

        var trial = new ConfigDraft(_config.ReadStrictly()!);
        foreach (PlannedChange change in outdated)
        {
            change.Restart();
            change.Apply(trial, open);
            if (round == MostRounds && change.Error is null)
            {
                change.Fail(new LlmConfigException(
                    LlmConfigErrorCode.StoreBusy,
                    change.Result?.Name,
                    "Other processes change the key of this configuration again and again.",
                    "Run the command again; nothing was changed."));
            }
        }

        return [.. outdated.Where(change => change.Error is null)];
    }

    private ConfigDocument Initialise(CancellationToken cancellation)
    {
        try
        {
            return _config.Initialise(cancellation);
        }
        catch (UncertainCommitException e)
        {
            // An empty store is nothing to lose; the commit that follows flushes the same folder.
            return _config.ReadStrictly() ?? throw e.Failure;
        }
    }

    // Where no key is in doubt, a commit that may not be durable is a failure like any other.
    private static ConfigDocument Certain(Func<ConfigDocument> commit)
    {
        try
        {
            return commit();
        }
        catch (UncertainCommitException e)
        {
            throw e.Failure;
        }
    }

    private static List<KeyReference> KeysOf(IEnumerable<PlannedChange> changes) =>
        [.. changes.SelectMany(change => new[] { change.NewKey, change.DroppedKey, change.ReplacedKey }).OfType<KeyReference>().Distinct()];

    private static List<KeyReference> LabelsOf(IEnumerable<PlannedChange> changes) =>
        [.. changes.Select(change => change.StaleLabel).OfType<KeyReference>().Distinct()];

    private ConfigDocument? Commit(
        List<PlannedChange> changes, Guid storeId, Func<string?, IKeyVault> open, IProgress<int>? progress, CancellationToken cancellation)
    {
        var intents = new List<Intent>();
        List<KeyReference> written = [];
        bool certain = true;
        ConfigDocument? after = null;
        try
        {
            List<KeyReference> doubtful = KeysOf(changes);
            List<KeyReference> stale = LabelsOf(changes);
            if (doubtful.Count + stale.Count > 0)
            {
                intents.AddRange(_intents.Begin(doubtful, stale));
            }

            written = [.. changes.Select(change => change.NewKey).OfType<KeyReference>()];
            WriteKeys(changes, storeId, open, progress, cancellation);
            if (changes.Any(change => change.Error is null))
            {
                after = _config.Change(draft => Apply(changes, draft, open, intents), cancellation);
            }

            return after;
        }
        catch (UncertainCommitException e)
        {
            certain = false;
            throw e.Failure;
        }
        finally
        {
            // A key that another process dropped meanwhile is its to remove, or to keep for other stores.
            HashSet<KeyReference> mine = [.. written, .. KeysOf(changes)];

            // However it went: what is on disk decides which of the keys stay.
            foreach (Intent intent in intents)
            {
                using (intent)
                {
                    if (certain)
                    {
                        Finish(intent, _ => true, mine, after is null ? [] : LabelsOf(changes));
                    }
                }
            }
        }
    }

    private void Apply(List<PlannedChange> changes, ConfigDraft draft, Func<string?, IKeyVault> open, List<Intent> intents)
    {
        foreach (PlannedChange change in changes)
        {
            change.Apply(draft, open);
        }

        // Another process may have rotated a key since the intent was written: then another key is dropped than it names.
        List<KeyReference> more = [.. KeysOf(changes).Except(intents.SelectMany(intent => intent.Keys))];
        List<KeyReference> stale = [.. LabelsOf(changes).Except(intents.SelectMany(intent => intent.Labels))];
        if (more.Count + stale.Count > 0)
        {
            intents.AddRange(_intents.Begin(more, stale));
        }
    }

    private void WriteKeys(
        List<PlannedChange> changes, Guid storeId, Func<string?, IKeyVault> open, IProgress<int>? progress, CancellationToken cancellation)
    {
        int done = 0;
        foreach (IGrouping<string, PlannedChange> group in changes.Where(change => change.NewKey is not null).GroupBy(change => change.NewKey!.Vault))
        {
            IKeyVault vault = open(group.Key);
            var written = new List<PlannedChange>();
            foreach (PlannedChange change in group)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    long started = EventLog.Start();
                    WriteKey(change, vault, storeId, cancellation);
                    _log.KeyWritten(change.NewKey!, started);
                    written.Add(change);
                }
                catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing && WasRotated(change))
                {
                    // The key to be copied was rotated, moved or removed meanwhile. Under the lock the change finds its plan outdated.
                    change.DiscardCopy();
                }
                catch (LlmConfigException e)
                {
                    change.Fail(Rename(e, change.Result?.Name));
                }

                progress?.Report(++done);
            }

            Flush(vault, written);
        }
    }

    private void WriteKey(PlannedChange change, IKeyVault vault, Guid storeId, CancellationToken cancellation)
    {
        var label = new KeyLabel(storeId, change.Result!);
        change.Written(label);
        if (change.Key is { } key)
        {
            WriteKey(change, vault, key, label, cancellation);
            return;
        }

        using ApiKey moved = ReadKey(change.Result! with { Vault = change.CopiedKey!.Vault, KeyId = change.CopiedKey.KeyId }, cancellation);
        WriteKey(change, vault, moved, label, cancellation);
    }

    private void WriteKey(PlannedChange change, IKeyVault vault, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        vault.Write(change.NewKey!.KeyId, key, label, cancellation);
        if (ReferenceEquals(vault, _local))
        {
            change.KeyMark = _local.Mark(key);
        }
    }

    private bool WasRotated(PlannedChange change) =>
        change.CopiedKey is { } copied && _config.ReadStrictly()?.Find(change.Result!.Id)?.Key != copied;

    private static void Flush(IKeyVault vault, List<PlannedChange> written)
    {
        if (written.Count == 0)
        {
            return;
        }

        try
        {
            vault.Flush();
        }
        catch (LlmConfigException e)
        {
            written.ForEach(change => change.Fail(Rename(e, change.Result?.Name)));
        }
    }

    private int Recover(Func<string, bool> mayUse, CancellationToken cancellation)
    {
        int finished = 0;
        bool found = false;
        foreach (Intent intent in _intents.TakeOverDead())
        {
            using (intent)
            {
                cancellation.ThrowIfCancellationRequested();

                found = true;
                long started = EventLog.Start();
                if (Finish(intent, vault => IsBuiltIn(vault) || mayUse(vault)))
                {
                    finished++;
                    _log.ChangeFinished(started);
                }
            }
        }

        if (found)
        {
            _local.RemoveLeftovers();
        }

        return finished;
    }

    private bool TryConfirm()
    {
        try
        {
            _config.Confirm();
            return true;
        }
        catch (LlmConfigException e)
        {
            Warn(new LlmConfigWarning(_folder.Path, $"What an earlier process left undone has to wait. {e.Message}"));
            return false;
        }
    }

    // The one rule of recovery: a named key that no configuration refers to goes, and the label of one that stays says
    // what its configuration says. False when some key has to wait.
    private bool Finish(Intent intent, Func<string, bool> mayUse, HashSet<KeyReference>? mine = null, IReadOnlyList<KeyReference>? stale = null)
    {
        ConfigDocument? now;
        try
        {
            now = _config.ReadStrictly();
        }
        catch (LlmConfigException e)
        {
            Warn(new LlmConfigWarning(_folder.Path, $"Keys of an unfinished change stay in their vault until the store can be read. {e.Message}"));
            return false;
        }

        if (now is null)
        {
            // The store went away under the change. It may come back (a restore, a disk), and refer to these keys again.
            return false;
        }

        List<KeyReference> unused = [.. intent.Keys.Where(key => (mine is null || mine.Contains(key)) && !now.RefersTo(key))];

        // What was read may be a rename that no process has made durable yet: a power cut could bring back the file that
        // refers to the keys that are to go, or the one that does not yet refer to those that a dead process wrote.
        if ((unused.Count > 0 || mine is null) && !TryConfirm())
        {
            return false;
        }

        bool complete = true;
        foreach (IGrouping<string, KeyReference> group in unused.GroupBy(key => key.Vault))
        {
            complete &= mayUse(group.Key) && TryRemove(group.Key, group);
        }

        foreach (IGrouping<string, KeyReference> group in intent.Labels.Where(key => stale is null || stale.Contains(key)).GroupBy(key => key.Vault))
        {
            complete &= mayUse(group.Key) && TryRelabel(group.Key, group);
        }

        if (complete)
        {
            CompleteQuietly(intent);
        }

        return complete;
    }

    private bool TryRemove(string name, IEnumerable<KeyReference> keys)
    {
        try
        {
            IKeyVault vault = OpenVault(name);
            foreach (KeyReference key in keys)
            {
                long started = EventLog.Start();
                vault.Remove(key.KeyId, CancellationToken.None);
                _log.KeyRemoved(key, started);
            }

            // Gone for good, before the intent that names them goes.
            vault.Flush();
            return true;
        }
        catch (LlmConfigException e)
        {
            Warn(new LlmConfigWarning(
                name, $"A key that is no longer used could not be removed yet; the next change that uses the vault tries again. {e.Message}"));
            return false;
        }
    }

    private bool TryRelabel(string name, IEnumerable<KeyReference> keys)
    {
        try
        {
            IKeyVault vault = OpenVault(name);
            if (vault.TakesLabels)
            {
                foreach (KeyReference key in keys)
                {
                    Relabel(vault, key);
                }

                vault.Flush();
            }

            return true;
        }
        catch (LlmConfigException e)
        {
            Warn(new LlmConfigWarning(
                name, $"The change was made, but what the vault says beside the key is the old state; the next change that uses the vault puts it right. {e.Message}"));
            return false;
        }
    }

    // Until what was written is what the store holds: a process that changes the configuration at the same moment does
    // the same, so that whoever is last has seen the last state.
    private void Relabel(IKeyVault vault, KeyReference key)
    {
        KeyLabel? label = LabelOf(key);
        while (label is not null)
        {
            long started = EventLog.Start();
            vault.Relabel(key.KeyId, label, CancellationToken.None);
            _log.LabelWritten(key, started);
            KeyLabel? now = LabelOf(key);
            label = now is null || now.Says(label) ? null : now;
        }
    }

    private KeyLabel? LabelOf(KeyReference key) =>
        _config.ReadStrictly() is { } now && now.FindByKey(key) is { KeyStoreId: null } item ? new KeyLabel(now.StoreId, item) : null;

    private void CompleteQuietly(Intent intent)
    {
        try
        {
            intent.Complete();
        }
        catch (LlmConfigException e)
        {
            // The next change finds it, finds nothing to remove, and removes it.
            Warn(new LlmConfigWarning(_folder.Path, $"The note of a finished change could not be removed yet. {e.Message}"));
        }
    }

    private (LlmConfiguration Configuration, ApiKey? Key) ReadKeyIfAny(Guid id, CancellationToken cancellation) =>
        Get(id) switch
        {
            { Key: null } keyless => (keyless, null),
            var item => ReadCurrentKey(item, cancellation),
        };

    // A key and the configuration that it is of: another one's base URL must never get it.
    private (LlmConfiguration Configuration, ApiKey Key) ReadCurrentKey(LlmConfiguration item, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return (item, ReadKey(item, cancellation));
            }
            catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
            {
                // Another process may have rotated or moved it between the two reads; on a busy machine more than once.
                LlmConfiguration again = Get(item.Id);
                if (again.Key == item.Key)
                {
                    throw;
                }

                cancellation.ThrowIfCancellationRequested();
                item = again;
            }
        }
    }

    private ApiKey ReadKey(LlmConfiguration item, CancellationToken cancellation)
    {
        if (item.Key is not { } key)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.KeyMissing, item.Name, $"The configuration '{item.Name}' has no key.", "Give it one with Set-LlmConfig -ApiKey.");
        }

        try
        {
            return OpenVault(key.Vault).Read(key.KeyId, cancellation);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            if (item.KeyStoreId is not null && ReadSuccessor(item, cancellation) is { } rotated)
            {
                return rotated;
            }

            throw new LlmConfigException(
                LlmConfigErrorCode.KeyMissing,
                item.Name,
                $"The vault '{key.Vault}' does not have the key of '{item.Name}'.",
                "Set the key anew with Set-LlmConfig -ApiKey.",
                e);
        }
        catch (LlmConfigException e)
        {
            throw Rename(e, item.Name);
        }
    }

    // A key of another store that is gone was rotated there as a rule: the vault tells which key the configuration has now.
    private ApiKey? ReadSuccessor(LlmConfiguration item, CancellationToken cancellation)
    {
        IKeyVault vault = OpenVault(item.Vault!);
        try
        {
            return vault.TakesLabels
                && SharedKeys.Newest(vault.List(cancellation)).GetValueOrDefault(item.Id) is { } entry
                && entry.KeyId != item.KeyId
                    ? vault.Read(entry.KeyId, cancellation)
                    : null;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            return null;
        }
    }

    // What a vault says names the vault or a file; the caller asked for a configuration.
    private static LlmConfigException Rename(LlmConfigException e, string? name) =>
        name is null || e.Target == name ? e : new LlmConfigException(e.Code, name, e.Problem, e.RecommendedAction, e);

    private static bool IsBuiltIn(string vault) => string.Equals(vault, LocalVault.VaultName, StringComparison.OrdinalIgnoreCase);

    private Func<string?, IKeyVault> Opener(ConfigDocument? document)
    {
        var opened = new Dictionary<string, IKeyVault>(StringComparer.OrdinalIgnoreCase);
        return wanted =>
        {
            string name = wanted ?? ChooseVault(document?.DefaultVault).Name;
            if (!opened.TryGetValue(name, out IKeyVault? vault))
            {
                vault = OpenVault(name);
                opened.Add(name, vault);
            }

            return vault;
        };
    }

    private (string Name, string Reason) ChooseVault(string? ofStore) =>
        ofStore is not null ? (ofStore, "It was set with Set-LlmConfigStore -DefaultVault.")
        : _options.Vaults?.DefaultVault is { } registered ? (registered, "It is the default vault of SecretManagement.")
        : (LocalVault.VaultName, "It is the built-in vault; no other was chosen.");

    private IKeyVault OpenVault(string name) => IsBuiltIn(name)
        ? _local
        : _options.Vaults?.Open(name) ?? throw new LlmConfigException(
            LlmConfigErrorCode.VaultNotFound,
            name,
            $"There is no vault '{ShownText.Of(name)}' here.",
            $"Use the built-in one, {LocalVault.VaultName}, or run the command where that vault is registered.");
}
