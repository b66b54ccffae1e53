namespace LlmConfig;

/// <summary>
/// What a batch of changes makes of a <see cref="ConfigDocument"/>, each all or nothing. It holds only what differs: a
/// change of one configuration must not cost what ten thousand others do.
/// </summary>
internal sealed class ConfigDraft
{
    private readonly ConfigDocument _origin;
    private readonly KeySeals? _seals;

    // A configuration that was removed is here as null; so is a name that became free.
    private readonly Dictionary<Guid, LlmConfiguration?> _changed = [];
    private readonly Dictionary<string, LlmConfiguration?> _names = new(ConfigurationName.Comparer);
    private readonly List<Guid> _added = [];
    private Guid? _default;
    private string? _defaultVault;
    private SealCode? _seal;
    private Dictionary<string, VaultProfile>? _vaults;

    /// <param name="origin">The document.</param>
    /// <param name="seals">Seals what is put here; <see langword="null"/> for a draft that only shows what would be.</param>
    public ConfigDraft(ConfigDocument origin, KeySeals? seals = null)
    {
        _origin = origin;
        _seals = seals?.ForOneLook();
        _seal = origin.Seal;
        _defaultVault = origin.DefaultVault;
        _default = origin.Default?.Id;
    }

    /// <summary>The document that it was made of.</summary>
    public ConfigDocument Origin => _origin;

    /// <summary>True once anything differs from the document that it was made of.</summary>
    public bool IsChanged { get; private set; }

    public string? DefaultVault
    {
        get => _defaultVault;
        set
        {
            IsChanged |= _defaultVault != value;
            _defaultVault = value;
        }
    }

    public Guid StoreId => _origin.StoreId;

    /// <summary>See <see cref="ConfigDocument.Seal"/>.</summary>
    public SealCode? Seal
    {
        get => _seal;
        set
        {
            IsChanged |= _seal != value;
            _seal = value;
        }
    }

    /// <summary>Keeps what a vault was found to do.</summary>
    public void SetProfile(string vault, VaultProfile profile)
    {
        if (_origin.Vaults.GetValueOrDefault(vault) is { } before)
        {
            profile = profile with { Extras = before.Extras };
        }

        _vaults ??= new Dictionary<string, VaultProfile>(_origin.Vaults, StringComparer.OrdinalIgnoreCase);
        _vaults[vault] = profile;
        IsChanged = true;
    }

    public bool HasDefault => _default is not null;

    /// <summary>True while there is no configuration.</summary>
    public bool IsEmpty => _added.TrueForAll(id => _changed[id] is null)
        && _origin.Configurations.All(item => _changed.TryGetValue(item.Id, out LlmConfiguration? changed) && changed is null);

    public LlmConfiguration? Find(Guid id) => FindStored(id) is { } item ? Current(item) : null;

    public LlmConfiguration? FindByName(string name) => FindOwner(name) is { } item ? Current(item) : null;

    /// <summary>The name itself where no other configuration has it, else <c>name (2)</c> and so on.</summary>
    /// <param name="name">A name by the rules.</param>
    /// <param name="own">The configuration that it is for: a name that it has already is free.</param>
    public string FreeName(string name, Guid? own = null)
    {
        string free = name;
        for (int number = 2; FindOwner(free) is { } other && other.Id != own; number++)
        {
            free = ConfigurationName.Numbered(name, number);
        }

        return free;
    }

    /// <summary>
    /// The key that may go with its configuration. One in a vault that others use too only where its seal is true: that another
    /// store wrote it may have been taken out of the file. What stays is found by its label.
    /// </summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: it cannot be told, and nothing may stay unnoticed.</exception>
    public KeyReference? RemovableKeyOf(LlmConfiguration item)
    {
        if (_seals is null || item.RemovableKey is not { } own || KeyVaults.IsBuiltIn(own.Vault))
        {
            return item.RemovableKey;
        }

        try
        {
            return _seals.Check(item) is null ? own : null;
        }
        catch (LlmConfigException e)
        {
            throw e.About(item.Name);
        }
    }

    public LlmConfiguration Get(Guid id, string shownName) => Find(id) ?? throw NotFound(shownName);

    /// <summary>Puts a new configuration here.</summary>
    /// <returns>The same, with a seal of where its key goes.</returns>
    /// <exception cref="LlmConfigException">DuplicateName; what keeps it from being sealed.</exception>
    public LlmConfiguration Add(LlmConfiguration item)
    {
        RequireFreeName(item.Name, item.Id);
        item = Sealed(item, before: null, Sealing.Checked);
        _names[item.Name] = item;
        _changed.Add(item.Id, item);
        _added.Add(item.Id);
        SetDefault(item.Id, item.IsDefault);
        IsChanged = true;
        return item;
    }

    /// <summary>Puts another state of a configuration here.</summary>
    /// <param name="item">The state.</param>
    /// <param name="sealing">What becomes of the seal of its key.</param>
    /// <returns>The same; where its key goes elsewhere now, or is another one, with a new seal.</returns>
    /// <exception cref="LlmConfigException">
    /// DuplicateName; HostMismatch: the key would be sealed for a place that was not sealed before and that nobody accepted.
    /// </exception>
    public LlmConfiguration Replace(LlmConfiguration item, Sealing sealing = Sealing.Checked)
    {
        LlmConfiguration before = FindStored(item.Id)!;
        RequireFreeName(item.Name, item.Id);
        item = Sealed(item, before, sealing);
        if (item == before)
        {
            return before;
        }

        _names[before.Name] = null;
        _names[item.Name] = item;
        _changed[item.Id] = item;
        SetDefault(item.Id, item.IsDefault);
        IsChanged = true;
        return item;
    }

    public void Remove(Guid id)
    {
        _names[FindStored(id)!.Name] = null;
        _changed[id] = null;
        SetDefault(id, wanted: false);
        IsChanged = true;
    }

    /// <summary>The document that results, one revision on. What did not change is the same object in both.</summary>
    /// <param name="newest">The newest revision that is known, where it is not that of the document.</param>
    public ConfigDocument ToDocument(long newest = 0)
    {
        var items = new List<LlmConfiguration>(_origin.Configurations.Count + _added.Count);
        var texts = new List<ReadOnlyMemory<byte>>(_origin.Texts.Count);
        for (int i = 0; i < _origin.Configurations.Count; i++)
        {
            LlmConfiguration item = _origin.Configurations[i];
            if ((_changed.TryGetValue(item.Id, out LlmConfiguration? changed) ? changed : item) is { } kept)
            {
                items.Add(Current(kept));
                texts.Add(i < _origin.Texts.Count && ReferenceEquals(kept, item) ? _origin.Texts[i] : default);
            }
        }

        foreach (Guid id in _added)
        {
            if (_changed[id] is { } item)
            {
                items.Add(Current(item));
            }
        }

        return new ConfigDocument(_origin.StoreId, Math.Max(_origin.Revision, newest) + 1, _defaultVault, items, _origin.Extras)
        {
            Seal = _seal,
            Vaults = _vaults ?? _origin.Vaults,
            Texts = texts,
        };
    }

    public static LlmConfigException NotFound(string name) => new(
        LlmConfigErrorCode.NotFound,
        DisplayText.Of(name),
        $"There is no configuration '{DisplayText.Of(name)}'.",
        "Get-LlmConfig lists those that there are.");

    /// <summary>The same, with the name that was probably meant.</summary>
    public static LlmConfigException NotFound(string name, ConfigDocument? seen)
    {
        LlmConfigException error = NotFound(name);
        return NearText.Find(name.Trim(), (seen?.Configurations ?? []).Select(item => item.Name)) is { } near
            ? new LlmConfigException(error.Code, error.Target, error.Problem, $"Did you mean '{near}'? {error.RecommendedAction}")
            : error;
    }

    private LlmConfiguration? FindStored(Guid id) => _changed.TryGetValue(id, out LlmConfiguration? item) ? item : _origin.Find(id);

    private LlmConfiguration? FindOwner(string name) => _names.TryGetValue(name, out LlmConfiguration? item) ? item : _origin.Find(name);

    private LlmConfiguration Sealed(LlmConfiguration item, LlmConfiguration? before, Sealing sealing)
    {
        bool accepted = sealing == Sealing.Accepted;
        if (_seals is null || item.Key is null || sealing == Sealing.Kept || (!accepted && before is not null && KeySeals.SendAlike(before, item)))
        {
            return item;
        }

        try
        {
            if (before is not null && !accepted && _seals.Check(item) is null)
            {
                // What was changed in the file is as it was sealed again.
                return item;
            }

            SealCode seal = _seals.RequireOwnVault(_origin, accepted);
            if (before is not null && sealing == Sealing.Checked)
            {
                _seals.Require(before);
            }

            item = _seals.Seal(item);
            IsChanged |= _seal != seal;
            _seal = seal;
            return item;
        }
        catch (LlmConfigException e)
        {
            throw e.About(before?.Name ?? item.Name);
        }
    }

    // Another change of the batch may have made another one the default since the item was put here.
    private LlmConfiguration Current(LlmConfiguration item) => item.AsDefault(_default == item.Id);

    private void SetDefault(Guid id, bool wanted)
    {
        if (wanted)
        {
            _default = id;
        }
        else if (_default == id)
        {
            _default = null;
        }
    }

    private void RequireFreeName(string name, Guid id)
    {
        if (FindOwner(name) is { } other && other.Id != id)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.DuplicateName,
                name,
                $"There is a configuration '{other.Name}' already.",
                "Choose another name, or change the existing one with Set-LlmConfig.");
        }
    }
}
