using System.Net;
using System.Text;

namespace LlmConfig.Tests;

/// <summary>
/// A store with a history, whose true state comes back at will: keys in the built-in vault and in a shared one, one of them
/// written by another store; one that somebody else keeps in the shared one under a name of their own; and for each key the places that it was ever stored for.
/// </summary>
internal sealed class AttackedStore : IDisposable
{
    private readonly TemporaryStore _store = new(inMemory: true);
    private readonly HashSet<(string Key, string Place)> _allowed = [];
    private readonly HashSet<string> _values = [];
    private readonly List<string> _elsewhere = [];

    public AttackedStore()
    {
        Alpha = Create(_store, "alpha", "openai", "https://alpha.example/v1");
        Beta = Create(_store, "beta", "groq", null);
        Gamma = Create(_store, "gamma", "anthropic", null);
        Spare = Create(_store, "spare", "openai-compatible", "https://spare.example/v1");
        Own = Create(_store, "own", "mistral", "https://own.example/v1", "Far");
        Open().Create(new NewConfiguration { Name = "none", Provider = "ollama" });
        Unlabelled = Create(_store, "unlabelled", "openai", "https://unlabelled.example/v1", "Plain");
        using (ApiKey kept = NewKey())
        {
            Plain.Keys[ForeignPlainKey] = kept.ToPlainText();
        }

        foreach (string name in new[] { SecretName, OtherSecretName })
        {
            using ApiKey kept = NewKey();
            Far.Keys[name] = kept.ToPlainText();
        }

        Named = Open().Create(new NewConfiguration { Name = "named", Provider = "openai", BaseUrl = "https://named.example/v1", KeyName = SecretName, Vault = "Far" }).Id;
        using (var other = new TemporaryStore(inMemory: true))
        {
            Shared = Create(other, "shared", "deepseek", "https://shared.example/v1", "Far");
            Import();
            Foreign = Create(other, "foreign", "openai", "https://foreign.example/v1", "Far");
        }

        Older = Read();

        // Each of these is true, and each key may still go where it was stored for before: an older entry of the same key is as
        // good as its seal.
        Open().Update(Alpha, new ConfigurationUpdate { BaseUrl = "https://alpha.example:8443/v1", Model = "m" });
        using (ApiKey key = NewKey())
        {
            Open().Update(Beta, new ConfigurationUpdate { Key = key });
        }

        Open().Update(Gamma, new ConfigurationUpdate { NewName = "gamma-2" });
        Open().Update(Own, new ConfigurationUpdate { BaseUrl = "https://own.example/v2", AsDefault = true });
        Note();
        True = Read();
        Values = Open().GetAll().Where(item => item.Vault is not null).ToDictionary(item => item.Id, item => (item.Key!, _store.ReadKey(item.Id, With)));
    }

    /// <summary>The secret in the shared vault that <see cref="Named"/> refers to, and one that nothing refers to.</summary>
    public const string SecretName = "TeamOpenAI", OtherSecretName = "Database";

    /// <summary>A key of another store in the vault without labels.</summary>
    public static readonly string ForeignPlainKey = TestKey.NewId();

    public FakeVault Far { get; } = new("Far");

    /// <summary>A vault that keeps no labels: notes say which keys in it are this store's.</summary>
    public FakeVault Plain { get; } = new("Plain") { TakesLabels = false };

    public Guid Alpha { get; }

    public Guid Beta { get; }

    public Guid Gamma { get; }

    public Guid Spare { get; }

    public Guid Own { get; }

    /// <summary>A configuration whose key somebody else keeps.</summary>
    public Guid Named { get; }

    /// <summary>A configuration whose key lies in the vault without labels.</summary>
    public Guid Unlabelled { get; }

    public Guid Shared { get; }

    /// <summary>A configuration of the other store, which this one never imported.</summary>
    public Guid Foreign { get; }

    /// <summary>The files and labels before the last changes.</summary>
    public StoreState Older { get; }

    public StoreState True { get; }

    /// <summary>Where each key truly lies, and its value.</summary>
    public IReadOnlyDictionary<Guid, (KeyReference Key, string Value)> Values { get; }

    /// <summary>Keys that were handed out for places that they were not stored for.</summary>
    public IReadOnlyList<string> Elsewhere => _elsewhere;

    /// <summary>How many keys were handed out, all together.</summary>
    public int HandedOut { get; private set; }

    public LlmConfigRepository Open() => _store.Open(With);

    public void Put(string file, byte[]? content)
    {
        string path = Path.Combine(_store.Path, file);
        if (content is null)
        {
            File.Delete(path);
            return;
        }

        File.WriteAllBytes(path, content);
        Access.Restrict(path);
    }

    /// <summary>Puts a whole state back, and nothing beside it.</summary>
    public void Restore(StoreState state)
    {
        IReadOnlyDictionary<string, byte[]> there = Read().Files;
        foreach (string file in there.Keys.Where(file => !state.Files.ContainsKey(file)))
        {
            Put(file, null);
        }

        foreach ((string file, byte[] content) in state.Files.Where(pair => !there.TryGetValue(pair.Key, out byte[]? now) || !now.AsSpan().SequenceEqual(pair.Value)))
        {
            Put(file, content);
        }

        Fill(Far.Keys, state.Keys.Where(pair => !IsPlain(pair.Key)).ToDictionary());
        Fill(Plain.Keys, state.Keys.Where(pair => IsPlain(pair.Key)).ToDictionary());
        Fill(Far.Labels, state.Labels);
    }

    public StoreState Read() => new(
        Directory.EnumerateFiles(_store.Path, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(_store.Path, path).Replace('\\', '/'), File.ReadAllBytes),
        Far.Keys.Concat(Plain.Keys).ToDictionary(),
        new Dictionary<string, KeyLabel>(Far.Labels));

    /// <summary>A key that the commands of the suite write, which may go to one place.</summary>
    public ApiKey NewKey()
    {
        string value = TestKey.New();
        _values.Add(value);
        return ApiKey.From(value, null);
    }

    /// <summary>Takes every key that can be had through the doors, and notes those that come with a place that is not theirs.</summary>
    public void TakeKeys(LlmConfigRepository repository, string door)
    {
        foreach (LlmConfiguration item in Tried(repository.GetAll) ?? [])
        {
            using ApiKey? key = Tried(() => repository.GetKey(item.Id));
            Note(door, key?.ToPlainText(), Place(item));
        }
    }

    public void TakeEnvironments(LlmConfigRepository repository)
    {
        foreach (LlmConfiguration item in Tried(repository.GetAll) ?? [])
        {
            using LlmEnvironment? environment = Tried(() => repository.GetEnvironment(item.Id));
            if (environment is not null)
            {
                Note("environment", environment.KeyUtf8.IsEmpty ? null : Encoding.UTF8.GetString(environment.KeyUtf8), Place(environment.Configuration));
            }
        }
    }

    public void CheckOnline()
    {
        var sent = new SentRequests();
        LlmConfigRepository repository = _store.Open(options => With(options) with { Online = new OnlineCheckSetup { Handler = () => sent } });
        _ = Tried(() => repository.CheckOnline().ToList());
        foreach ((Uri address, string headers) in sent.All)
        {
            foreach (string value in _values.Where(value => headers.Contains(value, StringComparison.Ordinal)))
            {
                Note("online", value, BaseUrl.Origin(address.AbsoluteUri)!, hostOnly: true);
            }
        }
    }

    /// <summary>Imports as somebody does who answers no to what sends a key elsewhere, and takes no configuration that was not here.</summary>
    public static void Import(LlmConfigRepository repository) =>
        repository.Import([.. repository.PlanImport("Far").Steps.Where(step => step is { SendsKeptKeyElsewhere: false, Action: not ImportAction.Create })]);

    /// <summary>What is gone of the keys, once what the attack changed is as it was.</summary>
    public IEnumerable<string> Lost(Attack attack, StoreState attacked, AttackedCommand command, bool succeeded)
    {
        StoreState after = Read();
        foreach ((string file, byte[] content) in attacked.Files.Where(pair => IsIrreplaceable(pair.Key)))
        {
            if (!after.Files.TryGetValue(file, out byte[]? now))
            {
                // A sealed file that was not attacked is looked for by its key below; what the attack put beside is nobody's.
                bool isLost = file.EndsWith(LocalVaultFiles.SealedExtension, StringComparison.Ordinal)
                    ? attack.Files.Contains(file) && !IsTouched(file, command)
                    : True.Files.ContainsKey(file);
                if (isLost)
                {
                    yield return $"{file} is gone";
                }
            }
            else if (!file.EndsWith(LocalVaultFiles.SealedExtension, StringComparison.Ordinal) && !now.AsSpan().SequenceEqual(content)
                && !(True.Files.TryGetValue(file, out byte[]? own) && IsSameVault(now, own)))
            {
                yield return $"{file} is another one";
            }
        }

        // What another store or somebody else wrote is never removed, whoever refers to it.
        foreach ((string keyId, string value) in True.Keys.Where(pair => pair.Key != Values[Unlabelled].Key.KeyId && True.Labels.GetValueOrDefault(pair.Key)?.StoreId != True.Labels[Values[Own].Key.KeyId].StoreId))
        {
            if (after.Keys.GetValueOrDefault(keyId) != value)
            {
                yield return $"the key {keyId} of others";
            }
        }

        if (IsAsTrue(after))
        {
            yield break;
        }

        foreach (string file in True.Files.Keys.Where(file => !file.EndsWith(LocalVaultFiles.SealedExtension, StringComparison.Ordinal) || attack.Files.Contains(file)))
        {
            Put(file, True.Files[file]);
        }

        LlmConfigRepository repository = Open();
        HashSet<string> present = [.. after.Keys.Values];
        foreach (KeyVaultEntry entry in repository.BuiltIn.List(default))
        {
            using ApiKey key = repository.BuiltIn.Read(entry.KeyId, default);
            present.Add(key.ToPlainText());
        }

        foreach ((Guid id, (KeyReference key, string value)) in Values)
        {
            bool isTouched = id == command.Touched && succeeded;
            if (!present.Contains(value) && !(isTouched && command.DropsKey))
            {
                yield return $"the value of {key.KeyId} in {key.Vault}";
            }

            if (!isTouched && Tried(() => repository.GetKey(id)) is not { } read)
            {
                yield return $"the key {key.KeyId} in {key.Vault}";
            }
        }
    }

    public void Dispose() => _store.Dispose();

    /// <summary>Runs what may be refused.</summary>
    public static T? Tried<T>(Func<T> run)
        where T : class
    {
        try
        {
            return run();
        }
        catch (LlmConfigException)
        {
            return null;
        }
    }

    private static void Fill<T>(IDictionary<string, T> there, IReadOnlyDictionary<string, T> wanted)
    {
        there.Clear();
        foreach ((string key, T value) in wanted)
        {
            there[key] = value;
        }
    }

    private bool IsPlain(string keyId) => keyId == ForeignPlainKey || keyId == Values[Unlabelled].Key.KeyId;

    private static bool IsIrreplaceable(string file) =>
        file.EndsWith(LocalVaultFiles.SealedExtension, StringComparison.Ordinal) || file == "vault/vault.json" || LocalVaultFiles.MasterKeyOwner(file) is not null;

    private static string Place(LlmConfiguration item) => $"{BaseUrl.Origin(item.BaseUrl)} {item.Provider} {(item.UseAuthHeader ? "bearer" : "own header")}";

    // A repair may put a header right that was forged: it is true again where it says the same vault and protector.
    private static bool IsSameVault(byte[] now, byte[] own)
    {
        try
        {
            VaultHeader one = VaultHeader.Parse(now), other = VaultHeader.Parse(own);
            return (one.VaultId, one.Protector) == (other.VaultId, other.Protector);
        }
        catch (StoreFormatException)
        {
            return false;
        }
    }

    private bool IsTouched(string file, AttackedCommand command) =>
        command.Touched is { } id && Values.TryGetValue(id, out (KeyReference Key, string Value) there)
        && Path.GetFileName(file) == Path.GetFileName(_store.VaultPaths.Sealed(there.Key.KeyId));

    private bool IsAsTrue(StoreState after) =>
        True.Files.All(pair => !IsIrreplaceable(pair.Key) || (after.Files.TryGetValue(pair.Key, out byte[]? now) && now.AsSpan().SequenceEqual(pair.Value)))
        && True.Keys.All(pair => after.Keys.GetValueOrDefault(pair.Key) == pair.Value);

    private void Note(string door, string? value, string place, bool hostOnly = false)
    {
        if (value is null)
        {
            return;
        }

        HandedOut++;
        if (!_allowed.Any(pair => pair.Key == value && (pair.Place == place || (hostOnly && pair.Place.StartsWith(place + " ", StringComparison.Ordinal)))))
        {
            _elsewhere.Add($"{door}: the key {value} to {place}");
        }
    }

    // What is true now: each key may go where its configuration says.
    private void Note()
    {
        foreach (LlmConfiguration item in Open().GetAll().Where(item => item.Vault is not null))
        {
            string value = _store.ReadKey(item.Id, With);
            _values.Add(value);
            _allowed.Add((value, Place(item)));
        }
    }

    /// <summary>Says that a key of the suite's own may go where its configuration was when the command was given.</summary>
    public void Allow(LlmConfiguration item, ApiKey key) => _allowed.Add((key.ToPlainText(), Place(item)));

    private Guid Create(TemporaryStore store, string name, string provider, string? baseUrl, string? vault = null)
    {
        using ApiKey key = NewKey();
        LlmConfiguration item = store.Open(With).Create(new NewConfiguration { Name = name, Provider = provider, BaseUrl = baseUrl, Key = key, Vault = vault });
        Allow(item, key);
        return item.Id;
    }

    private void Import() => Assert.All(Open().Import(Open().PlanImport("Far").Steps), result => Assert.Null(result.Error));

    private LlmConfigOptions With(LlmConfigOptions options) => options with
    {
        Vaults = new FakeVaults(Far, Plain),

        // Ready, and without the key of this vault: a header that names it must not lead to the end of the key file.
        Protectors = (vault, files) => [new KeyFileProtector(vault, files), new FakeProtector(ProtectorKind.SecretService)],
    };

    /// <summary>Answers every request at once, and keeps what was sent.</summary>
    private sealed class SentRequests : HttpMessageHandler
    {
        private readonly List<(Uri, string)> _all = [];

        public IReadOnlyList<(Uri Address, string Headers)> All
        {
            get
            {
                lock (_all)
                {
                    return [.. _all];
                }
            }
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (_all)
            {
                _all.Add((request.RequestUri!, request.Headers + " " + request.RequestUri));
            }

            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{\"data\":[]}", Encoding.UTF8, "application/json") });
        }
    }
}
