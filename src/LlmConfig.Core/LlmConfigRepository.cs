using System.Security;

namespace LlmConfig;

/// <summary>
/// One store of configurations and the vaults that hold their keys, kept in step: a change is done exactly when the new
/// <c>llm_config.json</c> is renamed into place, keys are written before that and removed after it, and whatever a
/// process leaves undone when it dies is finished by the next one. Safe to use from several threads and processes.
/// </summary>
/// <remarks>
/// What is told of progress and warnings must not call the repository back.
/// Every member throws <see cref="LlmConfigException"/> for what can go wrong with the store or a vault; the codes named
/// below are the usual ones. StoreUnsafe, StoreAccessDenied and StoreVersionUnsupported can come from any of them.
/// </remarks>
public sealed class LlmConfigRepository : IDisposable
{
    private readonly StoreFolder _folder;
    private readonly LlmConfigOptions _options;
    private readonly StoreFileSystem _files;
    private readonly ConfigFile _config;
    private readonly IntentLog _intents;
    private readonly WrittenKeys _written;
    private readonly PassphraseSource _passphrases;
    private readonly LocalVault _local;
    private readonly KeyVaults _vaults;
    private readonly KeySeals _seals;
    private readonly KeyReader _keys;
    private readonly ModelLists _models;
    private readonly FolderDefaults _folders;
    private readonly EventLog _log;
    private readonly Recovery _recovery;
    private readonly WriteProtocol _protocol;

    // While a store is looked at, what would be a warning is a result; other threads' warnings are theirs.
    private readonly AsyncLocal<bool> _isLooking = new();

    /// <summary>Opens the store in a folder. Neither reads nor creates anything yet.</summary>
    /// <param name="folder">Where the store is.</param>
    /// <param name="options">What else to work with; <see langword="null"/> for the built-in vault alone.</param>
    public LlmConfigRepository(StoreFolder folder, LlmConfigOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        _folder = folder;
        _options = options ?? new LlmConfigOptions();
        _files = _options.Files ?? new StoreFileSystem();
        _files.Warn ??= Warn;
        _log = new EventLog(folder.Path, _options.LogFile is { } log ? new EventLogFile(log, _files, _options.Clock, warning => _options.Warning?.Invoke(warning)) : null, _options.Command);
        string vaultFolder = new StorePaths(folder.Path).Vault;
        _passphrases = new PassphraseSource(_options.AskPassphrase, _options.Variable, PassphraseSource.Patience);
        _local = new LocalVault(
            vaultFolder, _files, MasterKeyProtectors.WithPassphrase(vaultFolder, _files, _options, _passphrases), _options.Clock, Warn, _options.LockPatience);
        _seals = new KeySeals(_local);
        _intents = new IntentLog(folder.Path, _files, _seals, _options.Clock, Warn);
        _config = new ConfigFile(folder, _files, _local, _seals, _options.Clock, Warn, _options.LockPatience);
        _local.IsReliedOn = HasKeys;
        _written = new WrittenKeys(folder.Path, _files, _seals);
        _config.HasNotes = () => _written.Any;
        _vaults = new KeyVaults(_local, _options.Vaults, _config.FindProfile);
        _keys = new KeyReader(_config, _vaults, _seals);
        _models = new ModelLists(folder.Path, _files);
        _folders = new FolderDefaults(folder.Path, _files);
        _recovery = new Recovery(folder.Path, _config, _intents, _written, _local, _vaults, _seals, _log, Warn);
        _protocol = new WriteProtocol(_config, _intents, _local, _vaults, _keys, _seals, _recovery, _log, Warn);
    }

    /// <summary>The name of the built-in vault: <c>LlmConfig</c>.</summary>
    public static string BuiltInVault => LocalVault.VaultName;

    /// <summary>The built-in vault, for inspection and tests.</summary>
    internal IKeyVault BuiltIn => _local;

    /// <summary>The full path of the store's folder.</summary>
    public string Folder => _folder.Path;

    // Whoever gets a key leaves a trace, where somebody looks at traces.
    private (LlmConfiguration Configuration, TKey Key) Read<TKey>(string operation, Func<(LlmConfiguration Configuration, TKey Key)> read)
    {
        long started = EventLog.Start();
        (LlmConfiguration Configuration, TKey Key) result = read();
        _log.KeyRead(result.Configuration, operation, started);
        return result;
    }

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
        return Logged(nameof(Get), () =>
        {
            ConfigDocument? seen = _config.Read();
            return seen?.Find(name) ?? throw ConfigDraft.NotFound(name, seen);
        });
    }

    /// <summary>The configuration of this name, letter case and surrounding spaces apart; <see langword="null"/> when there is none.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public LlmConfiguration? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Logged(nameof(Find), () => _config.Read()?.Find(name));
    }

    /// <summary>
    /// The configurations that a text means: one whose name it is, whatever characters it holds; else the one whose id it is; else
    /// those whose names it matches as a pattern of <c>*</c> and <c>?</c>, by name, none included.
    /// </summary>
    /// <param name="nameOrPattern">A name, an id or a pattern; letter case does not count.</param>
    /// <exception cref="LlmConfigException">NotFound: it is no pattern, and nothing has this name or id; StoreCorrupt.</exception>
    public IReadOnlyList<LlmConfiguration> Select(string nameOrPattern)
    {
        ArgumentNullException.ThrowIfNull(nameOrPattern);
        return Logged<IReadOnlyList<LlmConfiguration>>(nameof(Select), () =>
        {
            ConfigDocument? seen = _config.Read();
            return seen?.Find(nameOrPattern) is { } named ? [named]
                : Guid.TryParse(nameOrPattern, out Guid id) ? [seen?.Find(id) ?? throw ConfigDraft.NotFound(nameOrPattern)]
                : ConfigurationName.IsPattern(nameOrPattern) ? [.. (seen?.Configurations ?? [])
                    .Where(item => ConfigurationName.Matches(nameOrPattern, item.Name))
                    .OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase)]
                : throw ConfigDraft.NotFound(nameOrPattern, seen);
        });
    }

    /// <summary>The configuration of this id.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="LlmConfigException">NotFound, StoreCorrupt.</exception>
    public LlmConfiguration Get(Guid id) =>
        Logged(nameof(Get), () => _config.Read()?.Find(id) ?? throw ConfigDraft.NotFound(id.ToString("D")));

    /// <summary>
    /// The configurations that the environment of this process names as those in force (<see cref="LlmEnvironment.ActiveVariable"/>): the
    /// program runs within <c>Use-LlmConfig</c>, <c>Enter-LlmConfig</c> or <c>llmconfig exec</c>. Empty where it names none.
    /// </summary>
    /// <exception cref="LlmConfigException">NotFound: one of them is no longer there under this name; StoreCorrupt.</exception>
    public IReadOnlyList<LlmConfiguration> GetActive() => Logged<IReadOnlyList<LlmConfiguration>>(nameof(GetActive), () =>
    {
        if (_options.Variable(LlmEnvironment.ActiveVariable) is not { Length: > 0 } active)
        {
            return [];
        }

        // A name may hold a comma.
        ConfigDocument? seen = _config.Read();
        return seen?.Find(active) is { } one ? [one]
            : [.. active.Split(LlmEnvironment.ActiveSeparator).Select(name => seen?.Find(name) ?? throw ConfigDraft.NotFound(name, seen))];
    });

    /// <summary>
    /// The models that are known here, for completion: those that configurations use, and those that providers listed when they were asked
    /// last (<see cref="CheckOnline"/>). Nobody is asked now.
    /// </summary>
    /// <param name="provider">The id of the provider at hand; <see langword="null"/> for all. Where nothing is known of it, what is used with others.</param>
    /// <returns>Each name once, by name.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public IReadOnlyList<KnownModel> GetModels(string? provider = null) => Logged<IReadOnlyList<KnownModel>>(nameof(GetModels), () =>
    {
        bool IsOf(string id) => provider is null || string.Equals(id, provider, StringComparison.OrdinalIgnoreCase);
        const int mostNames = 3;
        LlmConfiguration[] used = [.. (_config.Read()?.Configurations ?? []).Where(item => item.Model is not null)];
        KnownModel[] listed =
        [
            .. _models.Read().Where(list => IsOf(list.Provider))
                .SelectMany(list => list.Models, (list, model) => new KnownModel(model, $"Listed by {LlmProviderCatalog.Get(list.Provider, null).DisplayName}")),
        ];
        bool isKnown = listed.Length > 0 || used.Any(item => IsOf(item.Provider));
        return
        [
            .. used.Where(item => !isKnown || IsOf(item.Provider))
                .GroupBy(item => item.Model!, StringComparer.Ordinal)
                .Select(group => new KnownModel(group.Key, $"Used by {string.Join(", ", group.Take(mostNames).Select(item => item.Name))}"))
                .Concat(listed)
                .DistinctBy(model => model.Name, StringComparer.Ordinal)
                .OrderBy(model => model.Name, StringComparer.OrdinalIgnoreCase),
        ];
    });

    /// <summary>
    /// The default configuration, or <see langword="null"/> when there is none: the one that the current folder asks for (<see cref="FolderDefault"/>), else the
    /// store's. A file that is not used is a warning.
    /// </summary>
    /// <exception cref="LlmConfigException">NotFound: the folder asks for one that is not there; StoreCorrupt.</exception>
    public LlmConfiguration? GetDefault()
    {
        switch (GetFolderDefault())
        {
            case { Problem: null, Name: { } name } folder:
                return Find(name) ?? throw new LlmConfigException(
                    LlmConfigErrorCode.NotFound,
                    DisplayText.Of(name),
                    $"'{folder.Path}' names '{DisplayText.Of(name)}', and there is no such configuration.",
                    "Name another one, or change the file with Set-LlmConfigFolder.");
            case { Problem: { } problem, Path: var path }:
                Warn(new LlmConfigWarning(path, problem));
                break;
        }

        return GetAll().FirstOrDefault(item => item.IsDefault);
    }

    /// <summary>What the current folder asks for: the nearest file <c>.llmconfig</c> from there upward, whether it is used or not; <see langword="null"/> without one.</summary>
    public FolderDefault? GetFolderDefault() => _folders.Find(_options.CurrentFolder ?? Environment.CurrentDirectory);

    /// <summary>Lets a folder, and all below it, ask for a configuration by a file <c>.llmconfig</c>, and trusts that file.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The name of a configuration; <see langword="null"/> takes the file and the trust away.</param>
    /// <returns>What the folder asks for then.</returns>
    /// <exception cref="LlmConfigException">NotFound, StoreUnsafe (no such folder, or what lies there is not the user's own file), StoreAccessDenied, StoreFull, StoreCorrupt.</exception>
    public FolderDefault? SetFolderDefault(string folder, string? name)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Logged(nameof(SetFolderDefault), () => _folders.Set(folder, name is null ? null : Get(name).Name));
    }

    /// <summary>The default configuration, as <see cref="GetDefault"/> finds it.</summary>
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
    /// NotFound, KeyMissing (it has none, or the vault lost it), InvalidKey (what the vault holds is no key), HostMismatch (it
    /// would go elsewhere than it was stored for), VaultNotFound, VaultLocked, VaultUnavailable, VaultCorrupt.
    /// </exception>
    public ApiKey GetKey(Guid id, CancellationToken cancellation = default) =>
        Logged(nameof(GetKey), () => Read(nameof(GetKey), () => _keys.Read(id, cancellation)).Key);

    /// <summary>The key of a configuration that was read just now: it is read again only where its key is gone.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <returns>The key, for the caller to dispose of.</returns>
    /// <exception cref="LlmConfigException">As for <see cref="GetKey(Guid, CancellationToken)"/>.</exception>
    public ApiKey GetKey(LlmConfiguration configuration, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Logged(nameof(GetKey), () =>
        {
            _config.RequireNewest(configuration);
            return Read(nameof(GetKey), () => _keys.ReadCurrent(configuration, cancellation)).Key;
        });
    }

    /// <summary>
    /// The headers of a request to the provider of a configuration: its key in plain text, in the header that the configuration chose, and
    /// those that the provider's API wants beside it. Whoever gets them has the key: it is an event of its own, as for <see cref="GetKey(Guid, CancellationToken)"/>.
    /// </summary>
    /// <param name="id">The configuration's id.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <returns>Names and values; without a key, only what the API wants.</returns>
    /// <exception cref="LlmConfigException">
    /// As for <see cref="GetKey(Guid, CancellationToken)"/>; KeyMissing only where the provider needs a key. UnknownProvider; InvalidArgument: the
    /// provider has no header of its own, and UseAuthHeader is false; InvalidKey also for a key that no header can carry.
    /// </exception>
    public IReadOnlyDictionary<string, string> GetHeaders(Guid id, CancellationToken cancellation = default) => Logged(nameof(GetHeaders), () =>
    {
        (LlmConfiguration item, ApiKey? key) = Read(nameof(GetHeaders), () => _keys.ReadIfAny(id, cancellation));
        using (key)
        {
            LlmProvider provider = LlmProviderCatalog.Get(item.Provider, item.Name);
            return KeyHeaders.Problem(item, provider, key) is var (code, problem, remedy)
                ? throw new LlmConfigException(code, item.Name, problem, remedy)
                : KeyHeaders.Of(item, provider, key?.ToPlainText()).ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase);
        }
    });

    /// <summary>
    /// Why the key of a configuration is not given out although it is there: it would go to a host, or in a way, that it was not
    /// stored for. <see cref="ConfigurationUpdate.AcceptHostOf"/> accepts that.
    /// </summary>
    /// <param name="configuration">The configuration.</param>
    /// <returns>A sentence that names both hosts; <see langword="null"/> when the key may go where the configuration says, and without a key.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: it cannot be told.</exception>
    public string? GetHostProblem(LlmConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Logged(nameof(GetHostProblem), () => _keys.HostProblem(configuration));
    }

    /// <summary>What a configuration puts into the environment of a program: its key, base URL and model, as they belong together.</summary>
    /// <param name="id">The configuration's id.</param>
    /// <param name="variable">The one variable that gets the key; <see langword="null"/> for all that the provider's tools read.</param>
    /// <param name="tool">The tool that it is for, which gets what it needs and nothing else; <see langword="null"/> for all that the provider's tools read.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <returns>The variables, for the caller to dispose of.</returns>
    /// <exception cref="LlmConfigException">
    /// NotFound, UnknownProvider, InvalidName (of the variable), InvalidArgument (the tool cannot use the configuration, or a variable was given with it), KeyMissing (it has none and the provider needs one, or the
    /// vault lost it), VaultNotFound, VaultLocked, VaultUnavailable, VaultCorrupt.
    /// </exception>
    public LlmEnvironment GetEnvironment(Guid id, string? variable = null, ToolUse? tool = null, CancellationToken cancellation = default) =>
        Logged(nameof(GetEnvironment), () =>
        {
            if (variable is not null && tool is not null)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.InvalidArgument, tool.Tool.Id, "A tool reads the variables that it reads: give either a tool or a variable.", "Leave one of them out.");
            }

            (LlmConfiguration item, ApiKey? key) = Read(nameof(GetEnvironment), () => _keys.ReadIfAny(id, cancellation));
            var environment = new LlmEnvironment(item, key, variable, tool);
            if (environment.LeavesBaseUrlOut)
            {
                Warn(new LlmConfigWarning(
                    item.Name,
                    $"The tools of {item.Provider} read no base URL from the environment: unless told otherwise, they send the key of '{item.Name}' to their own host instead of {DisplayText.WithAsciiHost(item.BaseUrl)}. For tools of OpenAI's kind, add -Variable OPENAI_API_KEY."));
            }

            return environment;
        });

    /// <summary>
    /// Looks what a tool would really use, here and now: whether it is installed, and where it finds its key and its base URL, started alone and started with
    /// a configuration, by the variables of this process and by the tool's own files. Nothing is changed; the program is asked for its version, without the key.
    /// </summary>
    /// <param name="id">The configuration's id.</param>
    /// <param name="tool">The tool, as <see cref="GetEnvironment"/> takes it.</param>
    /// <param name="cancellation">Gives up with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The program first, then the key, then the base URL.</returns>
    /// <exception cref="LlmConfigException">As <see cref="GetEnvironment"/>.</exception>
    public IReadOnlyList<CheckResult> CheckTool(Guid id, ToolUse tool, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tool);
        using LlmEnvironment environment = GetEnvironment(id, variable: null, tool, cancellation);
        var surroundings = new ToolSurroundings(
            _files, _options.Variable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Environment.CurrentDirectory);
        return [.. new ToolCheck(environment, surroundings).Run(cancellation)];
    }

    /// <summary>
    /// Writes into a tool's own settings file, for good, that it asks a command for the key of a configuration, with its base URL and its model. No key is written.
    /// Another configuration that was written there goes; the file as it was stays beside it.
    /// </summary>
    /// <param name="id">The configuration's id.</param>
    /// <param name="tool">The tool, with the command for the key.</param>
    /// <param name="preview">True to change nothing, and see what would be.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">
    /// As <see cref="GetEnvironment"/>, and InvalidArgument (the tool has no such file, or there is no command for the key), StoreCorrupt (the file does not parse, or
    /// holds what leaves no room), StoreUnsafe (a folder, a pipe, another user's file), StoreBusy (it was changed meanwhile), StoreAccessDenied, StoreFull.
    /// </exception>
    public LlmToolRegistration RegisterTool(Guid id, ToolUse tool, bool preview = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return Logged(nameof(RegisterTool), () =>
        {
            // The key is read to see that it can be, without asking anybody.
            (LlmConfiguration item, ApiKey? key) = Read(nameof(RegisterTool), () => _keys.ReadIfAny(id, cancellation));
            using var environment = new LlmEnvironment(item, key, variable: null);
            LlmProvider provider = LlmProviderCatalog.Get(item.Provider, item.Name);
            if (tool.Tool.FileRefusal(item, provider) is var (problem, remedy))
            {
                throw new LlmConfigException(LlmConfigErrorCode.InvalidArgument, item.Name, problem, remedy);
            }

            IReadOnlyList<string>? helper = key is null ? null : tool.Helper?.Invoke(id) ?? throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument,
                item.Name,
                $"{tool.Tool.DisplayName} would have to ask llmconfig for the key of '{item.Name}', and there is none in the folders of PATH, or it would ask for a passphrase.",
                "Put llmconfig on the PATH, and let something else than a passphrase protect the vault.");

            // The tool will not have the variable that names the store now.
            helper = helper is null || _folder.Source != StoreFolder.HomeVariable || helper.Contains("--home") ? helper : [.. helper.Take(2), "--home", Folder, .. helper.Skip(2)];
            ToolRoute route = LlmTool.RouteFor(provider.Id, tool.Tool.FileRoutes)!;
            return Tools.Set(tool.Tool, item.Name, [.. ToolSetting.Fill(route, LlmEnvironment.Places(item, provider, helper, key is not null))], preview);
        });
    }

    /// <summary>Takes out of a tool's own settings file what <see cref="RegisterTool"/> wrote there; what stood there before comes back.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="preview">True to change nothing, and see what would be.</param>
    /// <exception cref="LlmConfigException">InvalidArgument: the tool has no such file; StoreCorrupt: the file does not parse, or what was written there was changed; or as <see cref="RegisterTool"/>.</exception>
    public LlmToolRegistration UnregisterTool(LlmTool tool, bool preview = false)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return Logged(nameof(UnregisterTool), () => tool.SettingsFile is not null ? Tools.Set(tool, name: null, settings: null, preview) : throw new LlmConfigException(
            LlmConfigErrorCode.InvalidArgument, tool.Id, $"{tool.DisplayName} has no settings file that is written here.", "Get-LlmTool lists those that have one."));
    }

    private ToolRegistrations Tools => new(_folder.Path, _files, _options.Variable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>
    /// Asks the providers of configurations whether their keys work: a GET request each, with the key in the provider's header,
    /// that fails without a valid key. What models they list meanwhile is kept for <see cref="GetModels"/>. Each request takes 10 seconds at most; redirects to another host are not followed; the proxy
    /// settings of the system are honoured.
    /// </summary>
    /// <param name="ids">The configurations' ids; <see langword="null"/> for all; none where the store is damaged, which <see cref="Check"/> says.</param>
    /// <param name="progress">Told how many are done; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Gives up with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>One result for each, in order, as they come; at most four requests are under way. A key that cannot be read is a result too.</returns>
    /// <exception cref="LlmConfigException">While the results are read. StoreCorrupt: ids were given, and the store is damaged.</exception>
    public IEnumerable<OnlineCheckResult> CheckOnline(
        IReadOnlyList<Guid>? ids = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        using var check = new OnlineCheck(_options.Online, id => Read(nameof(CheckOnline), () => _keys.ReadIfAny(id, cancellation)));
        var listed = new List<ModelList>();
        try
        {
            foreach (OnlineCheckResult result in check.Run(ids ?? ReadableIds(), progress, cancellation))
            {
                listed.AddRange(result.Listed is { } list ? [list] : []);
                yield return result;
            }
        }
        finally
        {
            _models.Add(listed);
        }
    }

    /// <summary>
    /// Searches files for the keys of configurations in plain text, also within longer words, as JSON and URLs escape them, and in UTF-16. Each key is
    /// read once and zeroed before the first file is opened; that it was read is an event of its own. Links below a folder are not
    /// followed, and the store's own folder is left out. Files and keys that cannot be read lead to a warning each, and so does a key of fewer
    /// than 8 characters (16 where its provider needs none), which is not searched for.
    /// </summary>
    /// <param name="paths">Files, and folders of which all is searched that is below them.</param>
    /// <param name="ids">The configurations' ids; <see langword="null"/> for all.</param>
    /// <param name="progress">Told how many megabytes were read so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Stops with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The places, as they are found, in the order of the names of the files. A place of a key that several configurations have comes once for each.</returns>
    /// <exception cref="LlmConfigException">
    /// NotFound: an id is not there; StoreCorrupt, StoreOutdated. While the results are read: NotFound: a path is not there; where no key at all can be
    /// read, what the first says.
    /// </exception>
    public IEnumerable<FoundKey> FindKeys(
        IReadOnlyList<string> paths, IReadOnlyList<Guid>? ids = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return new KeySearch(_files, Folder, item => Read(nameof(FindKeys), () => _keys.ReadToCompare(item, cancellation)).Key, Warn)
            .Run(Logged(nameof(FindKeys), () => Known(ids)), paths, progress, cancellation);
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
        return Logged(nameof(Create), () => _protocol.Run(Plan(wanted), progress, cancellation), _log.Created);
    }

    /// <summary>Says what <see cref="Create(IReadOnlyList{NewConfiguration}, IProgress{int}, CancellationToken)"/> would do, as far
    /// as the rules and the store decide it: nothing is changed and no vault is asked.</summary>
    /// <param name="wanted">What would be created.</param>
    /// <returns>One result for each, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public IReadOnlyList<ChangeResult> Preview(IReadOnlyList<NewConfiguration> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Logged(nameof(Preview), () => Preview(Plan(wanted)));
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
        return Logged(nameof(Update), () => _protocol.Run(Plan(wanted), progress, cancellation), _log.Changed);
    }

    /// <summary>Says what <see cref="Update(IReadOnlyList{KeyValuePair{Guid, ConfigurationUpdate}}, IProgress{int}, CancellationToken)"/>
    /// would do, as far as the rules and the store decide it: nothing is changed and no vault is asked.</summary>
    /// <param name="wanted">The ids and what would be changed of each.</param>
    /// <returns>One result for each, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public IReadOnlyList<ChangeResult> Preview(IReadOnlyList<KeyValuePair<Guid, ConfigurationUpdate>> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Logged(nameof(Preview), () => Preview(Plan(wanted)));
    }

    /// <summary>
    /// Rotates the key of a configuration with its provider: a new key is made, checked online and committed, and then the old one is revoked. Until the new key is in use,
    /// the old one stays; both lie sealed in the built-in vault until the end. After a process that died, or a step that failed, the same call goes on
    /// where it was: at most one key is at the provider that is not known here, and a warning says when it was made. One rotation of a store at a time.
    /// </summary>
    /// <param name="id">The configuration's id.</param>
    /// <param name="steps">What makes and revokes keys. Other members, of other repositories too, may be called meanwhile.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <exception cref="LlmConfigException">
    /// NotFound, KeyMissing; InvalidArgument: the key is not the store's to change, a new one could not be checked, or the old one is another configuration's too; InvalidKey: the new key does not
    /// work, or is the old one, or somebody else changed the key; StoreBusy: another rotation is under way; and as for <see cref="Update(Guid, ConfigurationUpdate, CancellationToken)"/>. Whatever the steps throw passes through.
    /// </exception>
    public KeyRotationResult RotateKey(Guid id, KeyRotationSteps steps, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return Logged(nameof(RotateKey), () => Rotation(cancellation).Run(id, steps, cancellation));
    }

    /// <summary>Gives up a rotation that was cut off: its record goes, a warning says what may be left at the provider, and the configuration keeps the key that it has.</summary>
    /// <param name="id">The configuration's id.</param>
    /// <param name="cancellation">Gives up while another rotation is waited for.</param>
    /// <exception cref="LlmConfigException">NotFound, also where none was cut off; StoreBusy, VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public void AbandonRotation(Guid id, CancellationToken cancellation = default) => Logged(nameof(AbandonRotation), () =>
    {
        Rotation(cancellation).Abandon(id, cancellation);
        return true;
    });

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
                return _protocol.Run([.. ids.Select(id => new RemoveChange(id, NameOf(seen, id), keepKeys))], null, cancellation);
            },
            (item, started) =>
            {
                _log.Removed(item, started);
                ForgetRotation(item);
            });
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
        return Plan(ImportChange.Of(items, options ?? new ImportOptions(), Now), _config.ReadStrictly());
    }

    /// <summary>
    /// Says what an import from a vault that several stores share would do: each configuration that the vault knows through the
    /// labels of its keys, and that this store does not have or has an older state of; and each that came from the vault and
    /// that it does not have any more. Changes nothing, neither here nor there; a key is asked
    /// for only to make sure that one that is not listed is gone.
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
        IKeyVault opened = _vaults.Open(vault.Trim());
        SharedVault.RequireShared(opened);
        ConfigDocument? seen = _config.ReadStrictly();
        (IReadOnlyList<ImportingChange> changes, int passedOver) = new SharedVault(opened, _intents, Warn).Compare(seen, options ?? new ImportOptions(), cancellation);
        SharedVault.ResolveRenames(changes, seen);
        return Plan(changes, seen, passedOver);
    }

    /// <summary>
    /// Looks for secrets that people have in a vault, for configurations that refer to them by their names: what it gives is imported as any
    /// source, and its keys stay where they are. A secret is read only where its name does not tell which provider it is for.
    /// </summary>
    /// <param name="vault">The vault's name; the built-in one has such secrets too.</param>
    /// <param name="wanted">Which names. Keys that stores wrote are never among them.</param>
    /// <param name="provider">The provider's id for all of them; <see langword="null"/> to tell it from each name, else from the form of the key.</param>
    /// <param name="askProvider">
    /// Asked for the provider's id, by the name of a secret of which it cannot be told. An empty answer leaves the secret out; <see langword="null"/>, or
    /// nobody to ask, makes it one of <see cref="ImportSource.Errors"/>.
    /// </param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">VaultNotFound, SecretManagementMissing, VaultLocked, VaultUnavailable, VaultCorrupt: what there is cannot be told; UnknownProvider.</exception>
    public ImportSource FindSecrets(
        string vault, Predicate<string> wanted, string? provider = null, Func<string, string?>? askProvider = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(wanted);
        return Logged(nameof(FindSecrets), () => new NamedSecrets(_vaults.Open(vault.Trim())).Find(
            wanted, provider is null ? null : LlmProviderCatalog.Get(provider, target: null), askProvider, cancellation));
    }

    /// <summary>The names of the secrets in a vault that a configuration may refer to as <see cref="LlmConfiguration.KeyName"/>, sorted; none is read.</summary>
    /// <param name="vault">The vault's name.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">VaultNotFound, SecretManagementMissing, VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public IReadOnlyList<string> ListSecrets(string vault, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(vault);
        return Logged(nameof(ListSecrets), () => new NamedSecrets(_vaults.Open(vault.Trim())).List(cancellation));
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
            SharedVault.ResolveRenames(changes, _config.ReadStrictly());
            _protocol.Run(changes, progress, cancellation);
            return (IReadOnlyList<ImportResult>)[.. steps.Select(step => new ImportResult(step))];
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

    /// <summary>
    /// Says what is missing for a store to be as it is wanted to be. Changes nothing; where keys are given, those that are there are read and
    /// compared in constant time.
    /// </summary>
    /// <param name="wanted">The state, which keeps the keys for the plan until it is disposed of.</param>
    /// <param name="isExact">True to remove what an earlier run of the same state made and it does not describe any more.</param>
    /// <param name="runCommand">Runs a command that puts out a key, given as one line, without a shell; <see langword="null"/> where none may be run.</param>
    /// <param name="cancellation">Stops waiting for a vault.</param>
    /// <exception cref="LlmConfigException">StoreCorrupt. What is wrong with one configuration is in its step.</exception>
    public DesiredPlan PlanDesiredState(DesiredState wanted, bool isExact = false, Func<string, ApiKey>? runCommand = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Logged(nameof(PlanDesiredState), () =>
        {
            ConfigDocument seen = _config.ReadStrictly() ?? ConfigDocument.Empty;
            var planner = new DesiredStatePlanner(
                seen, _vaults.Resolver(seen), item => Read(nameof(PlanDesiredState), () => _keys.ReadToCompare(item, cancellation)).Key, runCommand, Now);
            bool hasVault = wanted.DefaultVault is not { } vault || string.Equals(vault, seen.DefaultVault ?? string.Empty, StringComparison.OrdinalIgnoreCase);
            return new DesiredPlan(planner.Plan(wanted, isExact), hasVault ? null : wanted.DefaultVault);
        });
    }

    /// <summary>Looks whether the store is as it is wanted to be, surplus configurations that the same state made included. Changes nothing.</summary>
    /// <param name="wanted">The state.</param>
    /// <param name="cancellation">Stops waiting for a vault.</param>
    /// <returns>One result for each configuration, and one for the vault for new keys where that differs.</returns>
    /// <exception cref="LlmConfigException">As for <see cref="PlanDesiredState"/>.</exception>
    public IReadOnlyList<CheckResult> CheckDesiredState(DesiredState wanted, CancellationToken cancellation = default)
    {
        DesiredPlan plan = PlanDesiredState(wanted, isExact: true, cancellation: cancellation);
        return
        [
            .. plan.DefaultVault is null ? Array.Empty<CheckResult>() : [Drifted(_folder.Path, "The vault for new keys is another one than the desired state wants.")],
            .. plan.Steps.Select(step =>
                step.Error is { } error ? new CheckResult(StoreCheck.Drift, CheckStatus.Error, step.Name, error.Problem, error.RecommendedAction)
                : step.Action switch
                {
                    ImportAction.None => new CheckResult(StoreCheck.Drift, CheckStatus.Ok, step.Name, "It is as the desired state wants it."),
                    ImportAction.Create => Drifted(step.Name, "It is missing."),
                    ImportAction.Remove => Drifted(step.Name, "It is there, and the desired state does not want it."),
                    _ => Drifted(step.Name, $"It differs from the desired state in {string.Join(", ", step.Differences)}."),
                }),
        ];

        static CheckResult Drifted(string target, string message) =>
            new(StoreCheck.Drift, CheckStatus.Error, target, message, "Bring it there with Import-LlmConfig -Mode Exact.");
    }

    /// <summary>Does what was planned, in one commit; none where nothing is missing. Another vault for new keys is set in a commit of its own, before. One configuration that fails does not stop the others.</summary>
    /// <param name="plan">What <see cref="PlanDesiredState"/> gave.</param>
    /// <param name="progress">Told how many keys were written so far; may be <see langword="null"/>.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <returns>The steps as they were done, in order.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreBusy, StoreFull: nothing was changed; VaultNotFound: the vault for new keys is not there.</exception>
    public IReadOnlyList<DesiredStep> Apply(DesiredPlan plan, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.DefaultVault is { } vault)
        {
            SetDefaultVault(vault, cancellation);
        }

        long started = EventLog.Start();
        List<PlannedChange> changes = [.. plan.Steps.Select(step => step.Change).OfType<PlannedChange>()];
        if (changes.Count > 0)
        {
            Logged(nameof(Apply), () =>
            {
                changes.ForEach(change => change.Restart());
                return _protocol.Run(changes, progress, cancellation);
            });
        }

        DesiredStep[] done = [.. plan.Steps.Select(step => step.Change is not { } change ? step
            : change.Error is { } error ? step with { After = null, Error = error }
            : step with { After = step.Action == ImportAction.Remove ? null : change.Result })];
        foreach (DesiredStep step in done.Where(step => step.Change is not null))
        {
            _log.Applied(step, started);
            if (step is { Changed: true, Action: ImportAction.Remove, Before: { } removed })
            {
                ForgetRotation(removed);
            }
        }

        return done;
    }

    /// <summary>The names of the settings of the store that differ from what is wanted: <c>defaultVault</c>, <c>protector</c>. Changes nothing.</summary>
    /// <param name="wanted">The settings.</param>
    /// <exception cref="LlmConfigException">StoreCorrupt, VaultCorrupt.</exception>
    public IReadOnlyList<string> Compare(DesiredStore wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Logged<IReadOnlyList<string>>(nameof(Compare), () =>
        [
            .. wanted.DefaultVault is { } vault && !string.Equals(vault, _config.Read()?.DefaultVault ?? string.Empty, StringComparison.OrdinalIgnoreCase) ? ["defaultVault"] : Array.Empty<string>(),
            .. wanted.Protector is { } protector && (DescribeStore() is not { StoreId: not null } store || store.Protector != protector.ToString()) ? ["protector"] : Array.Empty<string>(),
        ]);
    }

    /// <summary>Gives the store the settings that are wanted, those that differ.</summary>
    /// <param name="wanted">The settings.</param>
    /// <param name="cancellation">Gives up before the next one.</param>
    /// <returns>The names of those that differed.</returns>
    /// <exception cref="LlmConfigException">As for <see cref="SetDefaultVault"/> and <see cref="SetProtector"/>.</exception>
    public IReadOnlyList<string> Apply(DesiredStore wanted, CancellationToken cancellation = default)
    {
        IReadOnlyList<string> differences = Compare(wanted);
        if (differences.Contains("protector"))
        {
            SetProtector(wanted.Protector!.Value, cancellation: cancellation);
        }

        if (differences.Contains("defaultVault"))
        {
            SetDefaultVault(wanted.DefaultVault, cancellation);
        }

        return differences;
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
        var items = new List<LlmConfiguration>();
        var keys = new List<ApiKey>();
        try
        {
            foreach (Guid id in document.Configurations.Select(item => item.Id))
            {
                cancellation.ThrowIfCancellationRequested();

                // Each key with the configuration that it is of now.
                (LlmConfiguration item, ApiKey? key) = Read(nameof(Export), () => _keys.ReadIfAny(id, cancellation));
                items.Add(item);
                if (key is not null)
                {
                    keys.Add(key);
                    progress?.Report(keys.Count);
                }
            }

            return SealedExport.Seal(new ConfigDocument(document.StoreId, document.Revision, null, items, JsonExtras.None), keys, secret.Span, Now);
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

    /// <summary>The vault that new keys go to where none is named, and why. Opens no vault.</summary>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public VaultChoice GetDefaultVault() => _vaults.Choose(_config.Read()?.DefaultVault);

    /// <summary>Sets the vault that new keys go to; keys that exist stay where they are.</summary>
    /// <param name="name">The vault's name; <see langword="null"/> or empty to leave the choice to the order of the design.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    /// <exception cref="LlmConfigException">VaultNotFound, SecretManagementMissing, StoreCorrupt, StoreBusy, StoreFull.</exception>
    public void SetDefaultVault(string? name, CancellationToken cancellation = default)
    {
        long started = EventLog.Start();
        string? known = Logged(nameof(SetDefaultVault), () =>
        {
            string? known = string.IsNullOrWhiteSpace(name) ? null : _vaults.Open(name.Trim()).Name;
            _protocol.Initialise(_config.ReadStrictly(), cancellation);
            Certain(() => _config.Change(draft => draft.DefaultVault = known, null, cancellation));
            return known;
        });
        _log.StoreChanged("DefaultVault", known ?? string.Empty, started);
    }

    /// <summary>Tries a vault of others with a throwaway secret, as happens by itself before it gets its first key, and keeps what was found.</summary>
    /// <param name="name">The vault's name.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">
    /// InvalidArgument: it is the built-in vault, of which everything is known; VaultUnavailable: it cannot serve, and what was known of it
    /// stays; VaultNotFound, VaultLocked, SecretManagementMissing, or a Store code.
    /// </exception>
    public VaultProfile ProbeVault(string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Logged(nameof(ProbeVault), () =>
        {
            if (_vaults.Open(name.Trim()) is not IProbedVault vault)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.InvalidArgument, DisplayText.Of(name), "The built-in vault is not tried: what it does is known.", "Name a vault that is registered with SecretManagement.");
            }

            ConfigDocument store = _protocol.Initialise(_config.ReadStrictly(), cancellation);
            VaultProfile profile = _protocol.Probe(vault, store.StoreId, cancellation);
            Certain(() => _config.Change(draft => draft.SetProfile(vault.Name, profile), null, cancellation));
            return profile;
        });
    }

    /// <summary>
    /// Lets another protector keep the master key of the built-in vault, or makes the vault with it. The vault gets a new master
    /// key, as by <see cref="RotateMasterKey"/>, unless it is to keep the one that it has.
    /// </summary>
    /// <param name="kind">The protector; where it is the present one, nothing is changed but the passphrase, if it is that.</param>
    /// <param name="passphrase">The new passphrase, 8 characters or more, for <see cref="ProtectorKind.Passphrase"/>; <see langword="null"/> to ask for it.</param>
    /// <param name="keepMasterKey">True to hand on the same master key: whoever copied it where it lay opens later keys too.</param>
    /// <param name="cancellation">Stops between two keys.</param>
    /// <exception cref="LlmConfigException">
    /// InvalidKey: the passphrase is too short; VaultLocked, VaultUnavailable, StoreBusy, StoreFull; VaultCorrupt: a key cannot be read. All keys stay readable; where the change
    /// was begun, the same call, <see cref="RotateMasterKey"/> or a repair goes on.
    /// </exception>
    public void SetProtector(ProtectorKind kind, SecureString? passphrase = null, bool keepMasterKey = false, CancellationToken cancellation = default)
    {
        long started = EventLog.Start();
        bool changed = Logged(nameof(SetProtector), () =>
        {
            _protocol.Initialise(_config.ReadStrictly(), cancellation);
            _passphrases.GivenNew = passphrase;
            try
            {
                return _local.ChangeProtector(kind, keepMasterKey, Rebind(cancellation), cancellation);
            }
            finally
            {
                _passphrases.GivenNew = null;
            }
        });
        if (changed)
        {
            _log.StoreChanged("Protector", kind.ToString(), started);
        }
    }

    /// <summary>
    /// Gives the built-in vault a new master key, seals every key in it anew, and destroys the old master key. Keys can be read and
    /// written meanwhile. Nothing happens where there is no vault yet.
    /// </summary>
    /// <param name="cancellation">Stops between two keys.</param>
    /// <exception cref="LlmConfigException">As for <see cref="SetProtector"/>.</exception>
    public void RotateMasterKey(CancellationToken cancellation = default)
    {
        long started = EventLog.Start();
        bool changed = Logged(nameof(RotateMasterKey), () =>
        {
            ConfigFile.RequireWorkingLocks();
            return _local.RotateMasterKey(Rebind(cancellation), cancellation);
        });
        if (changed)
        {
            _log.StoreChanged("MasterKey", "Rotated", started);
        }
    }

    /// <summary>
    /// Makes the keys of the built-in vault readable for this process: where a passphrase protects it, that is given or asked for, and
    /// holds for a while; any other protector is only asked whether it is ready.
    /// </summary>
    /// <param name="passphrase">The passphrase; <see langword="null"/> to ask for it.</param>
    /// <param name="time">How long it holds, up to a day; <see langword="null"/> for <see cref="LlmConfigOptions.PassphraseTime"/>.</param>
    /// <exception cref="LlmConfigException">VaultLocked: it is wrong, or nobody gives it; VaultUnavailable, VaultCorrupt.</exception>
    public void Unlock(SecureString? passphrase = null, TimeSpan? time = null) => Logged(nameof(Unlock), () =>
    {
        _passphrases.Given = passphrase;
        _passphrases.IsRefused = false;
        try
        {
            _local.Lock();
            _local.CheckMasterKey();
            _local.KeepUnlocked(time);
            return true;
        }
        finally
        {
            _passphrases.Given = null;
        }
    });

    /// <summary>Forgets the passphrase of the built-in vault in this process, and what this repository has loaded of its keys.</summary>
    /// <exception cref="LlmConfigException">VaultCorrupt.</exception>
    public void Lock() => Logged(nameof(Lock), () =>
    {
        _local.Lock();
        return true;
    });

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
        return _config.ReadStrictly() is null ? 0 : _recovery.Run(_ => true, cancellation);
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
    /// <exception cref="LlmConfigException">Ids were given, and which configurations they are cannot be read: StoreCorrupt, or another Store code. Whatever else is wrong is a result.</exception>
    public IReadOnlyList<CheckResult> Check(
        IReadOnlyList<Guid>? ids = null, TimeSpan? maximumKeyAge = null, IProgress<int>? progress = null, CancellationToken cancellation = default) =>
        Looking(() =>
        {
            // The vaults of other configurations are left alone: opening one may take time, or ask somebody.
            IReadOnlyCollection<string>? vaults = ids is null ? null
                : [.. (_config.Read()?.Configurations ?? []).Where(item => ids.Contains(item.Id)).Select(item => item.Vault).OfType<string>()];
            return Health.Check(ids, vaults, maximumKeyAge, progress, cancellation);
        });

    /// <summary>Looks at the store and plans what repairs it. Changes and creates nothing.</summary>
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
        Logged(nameof(PlanRepair), () => Looking(() => Health.Plan(vaults ?? [], storeId, progress, cancellation)));

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
        if (!_isLooking.Value)
        {
            _log.Warned(warning);
            _options.Warning?.Invoke(warning);
        }
    }

    private StoreHealth Health => new(new StoreParts(
        new StorePaths(_folder.Path), _files, _config, _intents, _written, _local, _vaults, _seals, intent => _recovery.FinishDead(intent, _ => true, []), Rebind, () => Now, _options.LogFile));

    // Seals of keys in any vault are made under the master key, so an empty vault may not get another one.
    private bool HasKeys()
    {
        try
        {
            // Intents and notes are sealed under it too: without it nothing shows that the keys that they name are this store's.
            return _config.ReadStrictly() is { } now && (now.Configurations.Any(item => item.Key is not null) || _intents.Count > 0 || _written.Any);
        }
        catch (LlmConfigException)
        {
            return true;
        }
    }

    private KeyRotation Rotation(CancellationToken cancellation) => new(
        _config,
        _keys,
        _local,
        new WaitingLock(_files, new StorePaths(_folder.Path).RotationLock, _options.LockPatience),
        () => Now,
        (item, key) =>
        {
            using var check = new OnlineCheck(_options.Online, _ => (item, ApiKey.FromUtf8(key.Utf8, item.Name)));
            return check.Run([item.Id], null, cancellation).Single();
        },
        (id, update) => Update(id, update, cancellation),
        _log,
        Warn);

    // The configuration is gone already; what is left of its rotation is found by the checks.
    private void ForgetRotation(LlmConfiguration item)
    {
        try
        {
            _ = Rotation(CancellationToken.None).Forget(item);
        }
        catch (LlmConfigException e)
        {
            Warn(new LlmConfigWarning(item.Name, $"The record of a rotation of the key of '{item.Name}' could not be removed. {e.Message}"));
        }
    }

    private Action Rebind(CancellationToken cancellation) => new Rebinding(_config, _local, _vaults, _seals, _written, cancellation).Run;

    private T Looking<T>(Func<T> look)
    {
        _isLooking.Value = true;
        try
        {
            return look();
        }
        finally
        {
            _isLooking.Value = false;
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

    private static IReadOnlyList<VaultInfo> VaultsOf(ConfigDocument document)
    {
        Dictionary<string, int> keys = document.Configurations
            .Where(item => item.Vault is not null && !KeyVaults.IsBuiltIn(item.Vault))
            .GroupBy(item => item.Vault!, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.OrdinalIgnoreCase);
        return [.. keys.Keys.Union(document.Vaults.Keys, StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(name => new VaultInfo(name, keys.GetValueOrDefault(name), document.Vaults.GetValueOrDefault(name)))];
    }

    private StoreInfo DescribeStore()
    {
        ConfigDocument? document = _config.Read();
        LocalVaultInfo vault = _local.GetInfo();
        VaultChoice choice = _vaults.Choose(document?.DefaultVault);
        return new StoreInfo
        {
            Path = _folder.Path,
            PathReason = _folder.Source,
            Exists = document is not null,
            StoreId = document?.StoreId,
            Revision = document?.Revision ?? 0,
            ConfigurationCount = document?.Configurations.Count ?? 0,
            DefaultConfiguration = document?.Configurations.FirstOrDefault(item => item.IsDefault)?.Name,
            FolderDefault = GetFolderDefault()?.ToString(),
            DefaultVault = choice.Name,
            DefaultVaultReason = choice.Reason,
            Vaults = document is null ? [] : VaultsOf(document),
            Protector = vault.Protector?.ToString(),
            ProtectorReason = DisplayText.Line(vault.Reason),
            ProtectorState = vault.Status.State.ToString(),
            PendingChanges = document is null ? 0 : _intents.Count,
        };
    }

    private IEnumerable<RepairResult> RepairSteps(RepairPlan plan, Func<RepairStep, bool> isWanted, CancellationToken cancellation)
    {
        long started = EventLog.Start();
        foreach (RepairResult result in StoreHealth.Run(plan, isWanted, cancellation))
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
        WriteProtocol.Try(changes, seen ?? ConfigDocument.Empty, _vaults.Resolver(seen));
        return new ImportPlan([.. changes.Select(change => new ImportStep(change))], passedOver);
    }

    private ConfigDocument SelectForExport(IReadOnlyList<Guid> ids)
    {
        ConfigDocument? seen = _config.Read();

        // A fingerprint and a seal mean something in their own store only.
        List<LlmConfiguration> items = [.. ids.Distinct().Select(id => (seen?.Find(id) ?? throw ConfigDraft.NotFound(id.ToString("D"))) with { KeyFingerprint = null, Seal = null, ManagedBy = null })];
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
        WriteProtocol.Try(changes, seen, _vaults.Resolver(seen));
        _protocol.WarnOf(changes, seen);
        return [.. changes.Select(change => change.ToResult())];
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

    private IReadOnlyList<LlmConfiguration> Known(IReadOnlyList<Guid>? ids)
    {
        ConfigDocument? seen = _config.ReadForKeys();
        return ids is null ? seen?.Configurations ?? [] : [.. ids.Distinct().Select(id => seen?.Find(id) ?? throw ConfigDraft.NotFound(id.ToString("D")))];
    }

    private Guid[] ReadableIds()
    {
        try
        {
            return [.. GetAll().Select(item => item.Id)];
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreCorrupt)
        {
            return [];
        }
    }
}
