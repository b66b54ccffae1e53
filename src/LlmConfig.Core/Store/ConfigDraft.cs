namespace LlmConfig;

/// <summary>A working copy of a <see cref="ConfigDocument"/> on which a batch of changes is tried, each all or nothing.</summary>
internal sealed class ConfigDraft
{
    private readonly ConfigDocument _origin;
    private readonly Dictionary<string, Guid> _idByName = new(ConfigurationName.Comparer);
    private readonly Dictionary<Guid, LlmConfiguration> _byId = [];
    private readonly List<Guid> _order = [];
    private Guid? _default;
    private string? _defaultVault;

    public ConfigDraft(ConfigDocument origin)
    {
        _origin = origin;
        _defaultVault = origin.DefaultVault;
        foreach (LlmConfiguration item in origin.Configurations)
        {
            _idByName.Add(item.Name, item.Id);
            _byId.Add(item.Id, item);
            _order.Add(item.Id);
            if (item.IsDefault)
            {
                _default = item.Id;
            }
        }
    }

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

    public bool HasDefault => _default is not null;

    public LlmConfiguration? Find(Guid id) => _byId.TryGetValue(id, out LlmConfiguration? item) ? Current(item) : null;

    public LlmConfiguration? FindByName(string name) => _idByName.TryGetValue(name, out Guid id) ? Find(id) : null;

    /// <summary>The name itself where no other configuration has it, else <c>name (2)</c> and so on.</summary>
    /// <param name="name">A name by the rules.</param>
    /// <param name="own">The configuration that it is for: a name that it has already is free.</param>
    public string FreeName(string name, Guid? own = null)
    {
        string free = name;
        for (int number = 2; _idByName.TryGetValue(free, out Guid other) && other != own; number++)
        {
            free = ConfigurationName.Numbered(name, number);
        }

        return free;
    }

    public LlmConfiguration Get(Guid id, string shownName) => _byId.TryGetValue(id, out LlmConfiguration? item)
        ? Current(item)
        : throw NotFound(shownName);

    public void Add(LlmConfiguration item)
    {
        RequireFreeName(item.Name, item.Id);
        _idByName.Add(item.Name, item.Id);
        _byId.Add(item.Id, item);
        _order.Add(item.Id);
        SetDefault(item.Id, item.IsDefault);
        IsChanged = true;
    }

    public void Replace(LlmConfiguration item)
    {
        LlmConfiguration before = _byId[item.Id];
        RequireFreeName(item.Name, item.Id);
        _idByName.Remove(before.Name);
        _idByName.Add(item.Name, item.Id);
        _byId[item.Id] = item;
        SetDefault(item.Id, item.IsDefault);
        IsChanged = true;
    }

    public void Remove(Guid id)
    {
        LlmConfiguration item = _byId[id];
        _idByName.Remove(item.Name);
        _byId.Remove(id);
        SetDefault(id, wanted: false);
        IsChanged = true;
    }

    /// <summary>The document that results, one revision on.</summary>
    public ConfigDocument ToDocument()
    {
        var items = new List<LlmConfiguration>(_byId.Count);
        foreach (Guid id in _order)
        {
            if (_byId.TryGetValue(id, out LlmConfiguration? item))
            {
                items.Add(Current(item));
            }
        }

        return new ConfigDocument(_origin.StoreId, _origin.Revision + 1, _defaultVault, items, _origin.Extras);
    }

    public static LlmConfigException NotFound(string name) => new(
        LlmConfigErrorCode.NotFound,
        ShownText.Of(name),
        $"There is no configuration '{ShownText.Of(name)}'.",
        "Get-LlmConfig lists those that there are.");

    // Another change of the batch may have made another one the default since the item was put here.
    private LlmConfiguration Current(LlmConfiguration item) =>
        item.IsDefault == (_default == item.Id) ? item : item with { IsDefault = _default == item.Id };

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
        if (_idByName.TryGetValue(name, out Guid other) && other != id)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.DuplicateName,
                name,
                $"There is a configuration '{_byId[other].Name}' already.",
                "Choose another name, or change the existing one with Set-LlmConfig.");
        }
    }
}
