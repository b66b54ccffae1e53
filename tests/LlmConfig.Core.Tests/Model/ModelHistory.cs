namespace LlmConfig.Tests;

/// <summary>
/// Takes a repository and a list in memory through the same steps. After each step both say the same, with every key; where the
/// step had to be refused, it was, with the right code, and changed nothing.
/// </summary>
internal sealed class ModelHistory : IDisposable
{
    private const string Far = "Far";
    private static readonly string[] Names = ["a", "A", "b", " b ", "ß", "c", ""];
    private static readonly string?[] VaultNames = [null, LlmConfigRepository.BuiltInVault, Far];

    private readonly TemporaryStore _store = new(inMemory: true);
    private readonly FakeVault _far = new(Far);
    private readonly FakeProtector _keyring = new(ProtectorKind.SecretService);
    private readonly List<ModelItem> _items = [];
    private LlmConfigRepository _repository;
    private string? _chosenVault;
    private bool _isOffline;
    private int _keys;
    private int _untilFault = int.MaxValue;
    private bool _faulted;

    public ModelHistory()
    {
        _far.Before = (_, _) =>
        {
            if (_isOffline)
            {
                throw FakeVault.Unavailable;
            }
        };
        _repository = Open();
    }

    public void Dispose()
    {
        _repository.Dispose();
        _store.Dispose();
    }

    public void Do(ModelStep step)
    {
        _faulted = false;
        Act(step);
        if (step.Action != ModelAction.BreakDisk)
        {
            _untilFault = int.MaxValue;
        }

        Compare(step.ToString());
    }

    /// <summary>At the end, with everything online: no key, label or intent is left that no configuration explains.</summary>
    public void End()
    {
        _isOffline = false;
        _untilFault = int.MaxValue;
        using LlmConfigRepository last = Open();
        _ = last.Recover();
        _ = last.Recover();
        Assert.Empty(_store.Intents);
        Assert.Equal(_items.Count(item => item.Vault == LlmConfigRepository.BuiltInVault), _store.Sealed.Length);
        Assert.Equal(
            _items.Where(item => item.Vault == Far).Select(item => item.Name).Order(StringComparer.Ordinal),
            _far.Keys.Keys.Select(keyId => _far.Labels[keyId].Configuration.Name).Order(StringComparer.Ordinal));
        Compare("the end");
    }

    private LlmConfigRepository Open() => _store.Open(options => options with
    {
        Vaults = new FakeVaults(_far),
        Files = new FailingFileSystem { Before = (_, call, _) => MayFail(call) },
        Protectors = TestProtectors.KeyFile(_keyring),
    });

    private void MayFail(string call)
    {
        // A process that fails must be able to tidy up.
        if (call != "Delete" && _untilFault != int.MaxValue && _untilFault-- == 0)
        {
            _untilFault = int.MaxValue;
            _faulted = true;
            throw new IOException("No space left on device", 28);
        }
    }

    private void Act(ModelStep step)
    {
        switch (step.Action)
        {
            case ModelAction.Create:
                Create([(NameOf(step.First), step.Second, step.Third == 0)]);
                break;
            case ModelAction.CreateMany:
                Create([(NameOf(step.First), step.Second, false), (NameOf(step.Second), step.Third, true), (NameOf(step.First), 0, false)]);
                break;
            case ModelAction.RemoveMany:
                RemoveMany();
                break;
            case ModelAction.ChooseVault:
                string? vault = VaultNames[step.First % VaultNames.Length];
                Try(null, () => _repository.SetDefaultVault(vault), () => _chosenVault = vault);
                break;
            case ModelAction.ChangeProtector:
                Try(null, () => _repository.SetProtector(step.First % 2 == 0 ? ProtectorKind.KeyFile : ProtectorKind.SecretService), () => { });
                break;
            case ModelAction.Reopen:
                _repository.Dispose();
                _repository = Open();
                break;
            case ModelAction.ToggleVault:
                _isOffline = !_isOffline;
                break;
            case ModelAction.BreakDisk:
                _untilFault = (step.First * 8) + step.Second;
                break;
            default:
                if (_items.Count > 0)
                {
                    Change(step, _items[step.First % _items.Count]);
                }

                break;
        }
    }

    private void Change(ModelStep step, ModelItem before)
    {
        switch (step.Action)
        {
            case ModelAction.Rotate:
                string value = NewKey();
                using (ApiKey key = ApiKey.From(value, before.Name))
                {
                    string vault = before.Vault ?? _chosenVault ?? LlmConfigRepository.BuiltInVault;
                    Update(before, new ConfigurationUpdate { Key = key }, before with { Key = value, Vault = vault }, IsOut(vault));
                }

                break;
            case ModelAction.TakeKeyAway:
                Update(before, new ConfigurationUpdate { RemoveKey = true }, before with { Key = null, Vault = null });
                break;
            case ModelAction.Rename:
                string name = NameOf(step.Second);
                Update(before, new ConfigurationUpdate { NewName = name }, before with { Name = name.Trim() }, NameProblem(name, before.Id));
                break;
            case ModelAction.ChangeModel:
                Update(before, new ConfigurationUpdate { Model = $"m{step.Second}" }, before with { Model = $"m{step.Second}" });
                break;
            case ModelAction.Move:
                string target = VaultNames[1 + (step.Second % 2)]!;
                bool moves = before.Vault is not null && before.Vault != target;
                Update(
                    before,
                    new ConfigurationUpdate { Vault = target },
                    moves ? before with { Vault = target } : before,
                    moves ? IsOut(Far) : null);
                break;
            case ModelAction.MakeDefault:
                Update(before, new ConfigurationUpdate { AsDefault = step.Second != 0 }, before with { IsDefault = step.Second != 0 });
                break;
            default:
                Try(null, () => Succeed(_repository.Remove([before.Id])), () => _items.Remove(before));
                break;
        }
    }

    private void Update(ModelItem before, ConfigurationUpdate update, ModelItem after, LlmConfigErrorCode? problem = null) =>
        Try(problem, () => _repository.Update(before.Id, update), () => Put(after));

    private void Create(IReadOnlyList<(string Name, int Vault, bool AsDefault)> wanted)
    {
        List<ApiKey> keys = [];
        try
        {
            List<NewConfiguration> creations = [];
            foreach ((string name, int number, bool asDefault) in wanted)
            {
                // One in four without a key.
                ApiKey? key = number % 4 == 3 ? null : ApiKey.From(NewKey(), name);
                creations.Add(new NewConfiguration
                {
                    Name = name,
                    Provider = "openai",
                    Key = key,
                    Vault = VaultNames[number % VaultNames.Length],
                    AsDefault = asDefault,
                });
                if (key is not null)
                {
                    keys.Add(key);
                }
            }

            IReadOnlyList<ChangeResult>? results = null;
            Try(null, () => results = _repository.Create(creations), () => { });
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            for (int i = 0; results is not null && i < creations.Count; i++)
            {
                Note(creations[i], results[i], names);
            }

            if (results is null && _repository.GetAll().Count > _items.Count)
            {
                // The disk did not confirm it, but it was made.
                Adopt();
            }
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }
    }

    private void Note(NewConfiguration wanted, ChangeResult result, HashSet<string> names)
    {
        // Names are checked before any key is written: one whose first bearer failed later is taken all the same.
        LlmConfigErrorCode? problem = NameProblem(wanted.Name, default);
        problem ??= names.Add(wanted.Name.Trim()) ? null : LlmConfigErrorCode.DuplicateName;
        if (problem is null && wanted.Key is not null && (wanted.Vault ?? _chosenVault) == Far)
        {
            problem = IsOut(Far);
        }

        if (result.Error is { } error)
        {
            Assert.True(error.Code == problem || _faulted, $"{error.Code} instead of {problem}: {error.Message}");
            return;
        }

        // Its first bearer could not even be sealed, as the disk failed: then the name is free.
        Assert.True(problem is null || (problem == LlmConfigErrorCode.DuplicateName && _faulted), $"{problem} was to be expected.");
        using ApiKey? key = wanted.Key is null ? null : ApiKey.From(wanted.Key.ToPlainText(), null);
        Put(new ModelItem(
            result.Configuration!.Id,
            wanted.Name.Trim(),
            null,
            key?.ToPlainText(),
            key is null ? null : wanted.Vault ?? _chosenVault ?? LlmConfigRepository.BuiltInVault,
            wanted.AsDefault!.Value));
    }

    private void RemoveMany()
    {
        Guid[] ids = [.. _items.Where((_, i) => i % 2 == 0).Select(item => item.Id)];
        if (ids.Length > 0)
        {
            Try(null, () => Succeed(_repository.Remove(ids)), () => _items.RemoveAll(item => ids.Contains(item.Id)));
        }
    }

    // Done as a whole and noted in the model, or refused as the model foresees; a disk that fails may refuse anything.
    private void Try(LlmConfigErrorCode? problem, Action act, Action note)
    {
        try
        {
            act();
            Assert.Null(problem);
            note();
        }
        catch (LlmConfigException e)
        {
            if (e.Problem.StartsWith("The change was made", StringComparison.Ordinal))
            {
                Assert.True(_faulted, e.ToString());
                note();
                return;
            }

            Assert.True(e.Code == problem || (_faulted && e.Code == LlmConfigErrorCode.StoreFull), $"{e.Code} instead of {problem}: {e}");
        }
    }

    private void Compare(string after)
    {
        string expected = string.Join('\n', _items);
        string found = string.Join('\n', _repository.GetAll().Select(item =>
        {
            // What cannot be read now is taken as it should be; it is read when the vault is back.
            if (item.Vault is null || (item.Vault == Far && _isOffline))
            {
                return new ModelItem(item.Id, item.Name, item.Model, _items.Find(known => known.Id == item.Id)?.Key, item.Vault, item.IsDefault);
            }

            using ApiKey key = _repository.GetKey(item.Id);
            return new ModelItem(item.Id, item.Name, item.Model, key.ToPlainText(), item.Vault, item.IsDefault);
        }));
        Assert.True(expected == found, $"After {after} there is\n{found}\nand should be\n{expected}");
    }

    // A batch that is not confirmed gives no results: what it made is what is there now.
    private void Adopt()
    {
        Assert.True(_faulted);
        foreach (LlmConfiguration item in _repository.GetAll().Where(item => _items.TrueForAll(known => known.Id != item.Id)))
        {
            string? value = null;
            if (item.Vault is not null && !(item.Vault == Far && _isOffline))
            {
                using ApiKey key = _repository.GetKey(item.Id);
                value = key.ToPlainText();
            }

            Put(new ModelItem(item.Id, item.Name, item.Model, value, item.Vault, item.IsDefault));
        }
    }

    private void Put(ModelItem after)
    {
        if (after.IsDefault)
        {
            for (int i = 0; i < _items.Count; i++)
            {
                _items[i] = _items[i] with { IsDefault = false };
            }
        }

        int at = _items.FindIndex(item => item.Id == after.Id);
        if (at < 0)
        {
            _items.Add(after);
        }
        else
        {
            _items[at] = after;
        }
    }

    private LlmConfigErrorCode? NameProblem(string name, Guid id) =>
        name.Trim().Length == 0 ? LlmConfigErrorCode.InvalidName
        : _items.Exists(item => item.Id != id && string.Equals(item.Name, name.Trim(), StringComparison.OrdinalIgnoreCase)) ? LlmConfigErrorCode.DuplicateName
        : null;

    private LlmConfigErrorCode? IsOut(string vault) => vault == Far && _isOffline ? LlmConfigErrorCode.VaultUnavailable : null;

    private static string NameOf(int number) => Names[number % Names.Length];

    private string NewKey() => $"sk-test-{++_keys}";

    private static void Succeed(IReadOnlyList<ChangeResult> results)
    {
        if (results.Select(result => result.Error).FirstOrDefault(error => error is not null) is { } error)
        {
            throw error;
        }
    }
}
