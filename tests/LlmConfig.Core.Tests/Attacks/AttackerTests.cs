using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// Promises 11 and 12 against somebody who can write every file of a store and every label of a shared vault, but does not have
/// the master key: each change that keeps what it changes valid, then each command.
/// </summary>
/// <remarks>
/// Allowed on purpose: an older entry of the same key, whose host was true once, may send the key to that host. A replay of a whole
/// older store, sealed files included, is a matter of its own (<see cref="OlderFileTests"/>). New configurations that only a label names are not imported
/// here: whoever imports them is shown their hosts.
/// </remarks>
[Collection(nameof(AloneCollection))]
public sealed class AttackerTests(ITestOutputHelper output) : IDisposable
{
    private const string Config = StorePaths.ConfigFileName;
    private const string Backup = Config + ".bak";
    private const string Header = "vault/vault.json";
    private const int FewestCombinations = 3000;

    // Where the file is gone, changes are refused until a repair: these show what the backup can do.
    private static readonly string[] OfBackup = ["key", "environment", "model", "create", "repair"];

    // What decides where a key goes gets every other entry's value, the rest that of one.
    private static readonly string[] Deciding = ["id", "provider", "baseUrl", "key", "key.id", "key.name", "key.vault", "key.store", "key.host", "key.seal"];
    private static readonly string[] EntryFields = ["id", "name", "provider", "baseUrl", "useAuthHeader", "model", "key", "createdAt", "updatedAt"];
    private static readonly string[] KeyFields = ["id", "name", "vault", "updatedAt", "mark", "store", "host", "seal"];
    private static readonly string[] DocumentFields = ["store", "revision", "default", "defaultVault", "seal", "vaults"];

    private readonly AttackedStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void No_change_of_a_file_or_a_label_sends_a_key_elsewhere_or_loses_one()
    {
        List<Attack> attacks = [.. OnConfig(), .. OnVault(), .. OnIntents(), .. OnNotes(), .. OnLocks(), .. OnLabels()];
        AttackedCommand[] commands = [.. Commands()];
        int combinations = 0;
        output.WriteLine($"{attacks.Count} attacks, {commands.Length} commands");
        var lost = new List<string>();
        var faults = new List<string>();
        foreach (Attack attack in attacks)
        {
            foreach (AttackedCommand command in commands.Where(command => !attack.Files.Contains(Backup) || OfBackup.Contains(command.Name)))
            {
                combinations++;
                _store.Restore(_store.True);
                attack.Apply(_store);
                StoreState attacked = _store.Read();
                int elsewhere = _store.Elsewhere.Count;
                bool succeeded = false;
                try
                {
                    command.Run(_store.Open());
                    succeeded = true;
                }
                catch (LlmConfigException)
                {
                    // Refused: what it left is looked at all the same.
                }
                catch (Exception e) when (e is not Xunit.Sdk.XunitException)
                {
                    faults.Add($"{attack.Name}, {command.Name}: {e}");
                }

                _store.TakeKeys(_store.Open(), $"{attack.Name}, {command.Name}, then key");
                lost.AddRange(_store.Lost(attack, attacked, command, succeeded).Select(what => $"{attack.Name}, {command.Name}: {what}"));
                faults.AddRange(_store.Elsewhere.Skip(elsewhere).Select(what => $"{attack.Name}, {command.Name}: {what}"));
            }
        }

        Figures.Print(output, string.Create(CultureInfo.InvariantCulture, $"attacks: {combinations} combinations, keys sent elsewhere: {_store.Elsewhere.Count}, keys lost: {lost.Count}"));
        output.WriteLine($"keys handed out where they may go: {_store.HandedOut}");
        output.WriteLine(string.Join('\n', lost.Take(30)));
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(30)));
        Assert.True(lost.Count == 0, string.Join('\n', lost.Take(30)));
        Assert.True(combinations >= FewestCombinations, $"{combinations}");
        Assert.True(_store.HandedOut > combinations, "The suite reads hardly any key: nothing is shown by that.");
    }

    private IEnumerable<AttackedCommand> Commands()
    {
        yield return new("key", null, false, repository => _store.TakeKeys(repository, "key"));
        yield return new("environment", null, false, _store.TakeEnvironments);
        yield return new("online", null, false, _ => _store.CheckOnline());
        yield return new("model", _store.Alpha, false, repository => repository.Update(_store.Alpha, new ConfigurationUpdate { Model = "other" }));
        yield return new("rename", _store.Own, false, repository => repository.Update(_store.Own, new ConfigurationUpdate { NewName = "renamed" }));
        foreach (Guid id in new[] { _store.Alpha, _store.Own })
        {
            string name = id == _store.Alpha ? "alpha" : "own";
            yield return new($"rotate {name}", id, true, repository =>
            {
                // The owner gives the key for what is shown, which is what the file says.
                using ApiKey key = _store.NewKey();
                _store.Allow(repository.Get(id), key);
                repository.Update(id, new ConfigurationUpdate { Key = key });
            });
            yield return new($"move {name}", id, false, repository => repository.Update(id, new ConfigurationUpdate { Vault = id == _store.Alpha ? "Far" : "LlmConfig" }));
        }

        yield return new("create", null, false, repository =>
        {
            using ApiKey key = _store.NewKey();
            _store.Allow(repository.Create(new NewConfiguration { Name = "new", Provider = "openai", Key = key }), key);
        });
        yield return new("remove spare", _store.Spare, true, repository => Throw(repository.Remove([_store.Spare])));
        yield return new("remove unlabelled", _store.Unlabelled, true, repository => Throw(repository.Remove([_store.Unlabelled])));
        yield return new("repair everything", null, false, repository => _ = repository.Repair(repository.PlanRepair(["Far", "Plain"]), step => step.Check is StoreCheck.Leftover or StoreCheck.Intent).ToList());
        yield return new("remove named", _store.Named, false, repository => Throw(repository.Remove([_store.Named])));
        yield return new("key of its own for named", _store.Named, false, repository =>
        {
            using ApiKey key = _store.NewKey();
            _store.Allow(repository.Get(_store.Named), key);
            repository.Update(_store.Named, new ConfigurationUpdate { Key = key });
        });
        yield return new("remove shared", _store.Shared, false, repository => Throw(repository.Remove([_store.Shared])));
        yield return new("import", null, false, AttackedStore.Import);
        yield return new("repair", null, false, repository => _ = repository.Repair(repository.PlanRepair(["Far"]), step => step is { RemovesKey: false, NeedsConsent: false }).ToList());
        yield return new("recover", null, false, repository => repository.Recover());

        static void Throw(IReadOnlyList<ChangeResult> results)
        {
            if (results.Select(result => result.Error).FirstOrDefault(error => error is not null) is { } error)
            {
                throw error;
            }
        }
    }

    private IEnumerable<Attack> OnConfig()
    {
        foreach ((string name, byte[]? content) in Documents().Where(pair => pair.Content is null || IsValid(pair.Content)))
        {
            yield return Attack.OnFile(name, Config, content);
        }

        // A backup counts where the file is gone, or is not to be read.
        foreach ((string name, byte[]? content) in Documents().Where(pair => pair.Content is not null && IsValid(pair.Content) && !pair.Name.Contains("removed", StringComparison.Ordinal)))
        {
            yield return new Attack($"{Backup} alone: {name}", new HashSet<string> { Config, Backup }, store =>
            {
                store.Put(Config, null);
                store.Put(Backup, content);
            });
        }
    }

    private IEnumerable<(string Name, byte[]? Content)> Documents()
    {
        JsonNode old = JsonNode.Parse(_store.Older.Files[Config])!;
        JsonArray entries = Document()["configs"]!.AsArray();
        yield return ("gone", null);
        yield return ("older", _store.Older.Files[Config]);
        foreach (string field in DocumentFields)
        {
            foreach ((string how, JsonNode? value) in Values(field, old[field], null, Document()[field]))
            {
                yield return ($"{field} {how}", Changed(document => Set(document.AsObject(), field, value)));
            }
        }

        for (int i = 0; i < entries.Count; i++)
        {
            int at = i;
            JsonNode entry = entries[i]!;
            string name = entry["name"]!.GetValue<string>();
            JsonNode? older = old["configs"]!.AsArray().FirstOrDefault(other => other!["id"]!.GetValue<string>() == entry["id"]!.GetValue<string>());
            foreach (string field in EntryFields)
            {
                foreach ((string how, JsonNode? value) in Values(field, older?[field], entries.Select(other => other![field]), entry[field]))
                {
                    yield return ($"{name}.{field} {how}", Changed(document => Set(document["configs"]![at]!.AsObject(), field, value)));
                }
            }

            foreach (string field in entry["key"] is null ? [] : KeyFields)
            {
                foreach ((string how, JsonNode? value) in Values("key." + field, older?["key"]?[field], entries.Select(other => other!["key"]?[field]), entry["key"]![field]))
                {
                    yield return ($"{name}.key.{field} {how}", Changed(document => Set(document["configs"]![at]!["key"]!.AsObject(), field, value)));
                }
            }

            foreach ((string part, string vault, string key) in entry["key"] is null ? [] : new[]
            {
                ("name", "Far", AttackedStore.SecretName), ("name", "Far", AttackedStore.OtherSecretName), ("id", "Far", ForeignKey()), ("id", "LlmConfig", _store.Values[_store.Alpha].Key.KeyId),
            })
            {
                yield return ($"{name} with the {part} {vault}/{key} as its key", Changed(document =>
                {
                    JsonObject there = document["configs"]![at]!["key"]!.AsObject();
                    there.Remove("id");
                    there.Remove("name");
                    there.Remove("store");
                    there[part] = key;
                    there["vault"] = vault;
                }));
            }

            yield return ($"{name} removed", Changed(document => document["configs"]!.AsArray().RemoveAt(at)));
            if (older is not null)
            {
                yield return ($"{name} is older", Changed(document => document["configs"]![at] = older.DeepClone()));
            }

            foreach (string url in new[] { "https://evil.example/v1", "http://evil.example/v1", "http://127.0.0.1:9/v1" })
            {
                string origin = BaseUrl.Origin(url)!;
                yield return ($"{name} goes to {url} and says so", Changed(document =>
                {
                    document["configs"]![at]!["baseUrl"] = url;
                    if (document["configs"]![at]!["key"] is { } key)
                    {
                        key["host"] = origin;
                    }
                }));
                yield return ($"{name} twice, to {url}", Changed(document =>
                {
                    JsonNode twin = document["configs"]![at]!.DeepClone();
                    twin["id"] = Guid.NewGuid().ToString("D");
                    twin["name"] = "twin";
                    twin["baseUrl"] = url;
                    document["configs"]!.AsArray().Add(twin);
                }));
            }

            foreach (JsonNode? other in entries.Where(other => entry["key"] is not null && other != entry && other!["key"] is not null))
            {
                string from = other!["name"]!.GetValue<string>();
                yield return ($"{name} with the host and seal of {from}", Changed(document =>
                {
                    JsonNode key = document["configs"]![at]!["key"]!;
                    key["host"] = other["key"]!["host"]!.DeepClone();
                    key["seal"] = other["key"]!["seal"]!.DeepClone();
                }));
                yield return ($"{name} goes where {from} goes", Changed(document =>
                {
                    Set(document["configs"]![at]!.AsObject(), "baseUrl", other["baseUrl"]);
                    Set(document["configs"]![at]!.AsObject(), "provider", other["provider"]);
                    Set(document["configs"]![at]!.AsObject(), "useAuthHeader", other["useAuthHeader"]);
                }));
            }
        }
    }

    private IEnumerable<Attack> OnVault()
    {
        (byte[] otherHeader, string otherFile, byte[] otherKey) = OtherVault();
        string masterKey = _store.True.Files.Keys.Single(file => LocalVaultFiles.MasterKeyOwner(file) is not null);
        byte[] header = _store.True.Files[Header];
        yield return Attack.OnFile("gone", Header, null);
        yield return Attack.OnFile("gone", masterKey, null);
        yield return Attack.OnFile("another vault's", Header, otherHeader);
        yield return Attack.OnFile("another vault's", masterKey, otherKey);
        yield return Attack.OnFile("beside", otherFile, otherKey);
        yield return new Attack("another vault's header and master key", new HashSet<string> { Header, otherFile }, store =>
        {
            store.Put(Header, otherHeader);
            store.Put(otherFile, otherKey);
        });
        yield return new Attack("no header and no master key", new HashSet<string> { Header, masterKey }, store =>
        {
            store.Put(Header, null);
            store.Put(masterKey, null);
        });
        yield return Attack.OnFile("protector SecretService", Header, Edited(header, json =>
        {
            json["protector"] = "SecretService";
            json["wrapped"] = "AQID";
        }));
        foreach ((string field, string value) in new[]
        {
            ("vault", Guid.NewGuid().ToString("D")), ("protector", "Keychain"), ("protector", "Dpapi"), ("reason", "forged"), ("wrapped", "AQID"),
            ("check", Convert.ToBase64String(new byte[28])), ("createdAt", "2099-01-01T00:00:00.000Z"),
        })
        {
            yield return Attack.OnFile($"{field} forged", Header, Edited(header, json => json[field] = value));
            yield return Attack.OnFile($"{field} of another vault", Header, Edited(header, json => json[field] = JsonNode.Parse(otherHeader)![field]!.DeepClone()));
        }

        string[] files = [.. _store.True.Files.Keys.Where(file => file.EndsWith(LocalVaultFiles.SealedExtension, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            yield return Attack.OnFile("gone", file, null);
            yield return Attack.OnFile("empty", file, []);
            if (_store.Older.Files.TryGetValue(file, out byte[]? older))
            {
                yield return Attack.OnFile("older", file, older);
            }

            foreach (string other in files.Where(other => other != file))
            {
                yield return Attack.OnFile($"that of {other}", file, _store.True.Files[other]);
            }
        }

        foreach (string file in _store.Older.Files.Keys.Where(file => !_store.True.Files.ContainsKey(file)))
        {
            yield return Attack.OnFile("back again", file, _store.Older.Files[file]);
        }
    }

    private IEnumerable<Attack> OnIntents()
    {
        KeyReference[] keys = [.. _store.Values.Values.Select(pair => pair.Key), new KeyReference("Far", ForeignKey()), new KeyReference("LlmConfig", TestKey.NewId())];
        foreach (KeyReference key in keys)
        {
            foreach ((string part, JsonNode? store) in new[] { ("keys", Document()["store"]), ("labels", Document()["store"]), ("keys", Guid.NewGuid().ToString("D")) })
            {
                var json = new JsonObject { ["version"] = 1, ["store"] = store!.DeepClone(), ["process"] = 1, ["createdAt"] = "2026-01-01T00:00:00.000Z", ["keys"] = new JsonArray(), ["labels"] = new JsonArray() };
                json[part]!.AsArray().Add(new JsonObject { ["vault"] = key.Vault, ["id"] = key.KeyId });
                yield return Attack.OnFile($"{part} of {store} with {key.Vault}/{key.KeyId}", $"pending/{Guid.NewGuid():D}.json", Encoding.UTF8.GetBytes(json.ToJsonString()));
            }
        }
    }

    // With a seal of its own kind, of another kind, and none, for keys of this store and of others.
    private IEnumerable<Attack> OnNotes()
    {
        string own = _store.Values[_store.Unlabelled].Key.KeyId;
        string file = $"written/{own}.json";
        JsonNode note = JsonNode.Parse(_store.True.Files[file])!;
        string entrySeal = Document()["configs"]!.AsArray().Select(entry => entry!["key"]?["seal"]?.GetValue<string>()).First(seal => seal is not null)!;
        yield return Attack.OnFile("gone", file, null);
        yield return Attack.OnFile("damaged", file, "{"u8.ToArray());
        foreach ((string vault, string id) in new[] { ("Plain", own), ("Plain", AttackedStore.ForeignPlainKey), ("Far", ForeignKey()), ("LlmConfig", _store.Values[_store.Alpha].Key.KeyId), ("Far", _store.Values[_store.Own].Key.KeyId) })
        {
            foreach (string? seal in new[] { note["seal"]!.GetValue<string>(), entrySeal, Document()["seal"]!.GetValue<string>(), Convert.ToBase64String(new byte[32]), null })
            {
                foreach (string store in new[] { note["store"]!.GetValue<string>(), Guid.NewGuid().ToString("D") })
                {
                    yield return Attack.OnFile($"{vault}/{id} of {store} with the seal {seal}", $"written/{id}.json", Edited(_store.True.Files[file], json =>
                    {
                        json["vault"] = vault;
                        json["id"] = id;
                        json["store"] = store;
                        Set(json.AsObject(), "seal", seal is null ? null : JsonValue.Create(seal));
                    }));
                }
            }
        }
    }

    private IEnumerable<Attack> OnLocks()
    {
        foreach (string file in new[] { "llm_config.lock", "vault/vault.lock" })
        {
            yield return Attack.OnFile("gone", file, null);
            yield return Attack.OnFile("other text", file, _store.True.Files[Header]);
        }
    }

    private IEnumerable<Attack> OnLabels()
    {
        DateTime later = DateTime.UtcNow.AddDays(1);
        foreach ((string keyId, KeyLabel label) in _store.True.Labels)
        {
            LlmConfiguration item = label.Configuration;
            string name = item.Name;
            var forged = new (string How, KeyLabel? Label)[]
            {
                ("gone", null),
                ("older", _store.Older.Labels.GetValueOrDefault(keyId)),
                ("store forged", label with { StoreId = Guid.NewGuid() }),
                ("store none", label with { StoreId = KeyLabel.NoStore }),
                ("configuration forged", Of(item with { Id = Guid.NewGuid() })),
                ("name forged", Of(item with { Name = "forged", UpdatedAt = later })),
                ("provider forged", Of(item with { Provider = "groq", UpdatedAt = later })),
                ("host forged", Of(item with { ExplicitBaseUrl = "https://evil.example/v1", UpdatedAt = later })),
                ("host forged, not later", Of(item with { ExplicitBaseUrl = "https://evil.example/v1" })),
                ("host removed", Of(item with { ExplicitBaseUrl = null, UpdatedAt = later })),
                ("header style forged", Of(item with { UseAuthHeader = !item.UseAuthHeader, UpdatedAt = later })),
                ("model forged", Of(item with { Model = "forged", UpdatedAt = later })),
                ("time of the key forged", Of(item with { KeyUpdatedAt = later, UpdatedAt = later })),
                ("times forged", Of(item with { CreatedAt = later, UpdatedAt = later })),
                ("host forged, of a configuration in the built-in vault", Of(item with { Id = _store.Alpha, ExplicitBaseUrl = "https://evil.example/v1", UpdatedAt = later })),
            };
            foreach ((string how, KeyLabel? other) in forged)
            {
                if (how == "gone" || (other is not null && other != label))
                {
                    yield return Attack.OnLabel($"{name} {how}", keyId, other);
                }
            }

            foreach (KeyLabel another in _store.True.Labels.Values.Where(another => another != label))
            {
                yield return Attack.OnLabel($"{name} that of {another.Configuration.Name}", keyId, another);
                yield return Attack.OnLabel($"{name} of the store of {another.Configuration.Name}", keyId, label with { StoreId = another.StoreId });
                yield return Attack.OnLabel($"{name} with the configuration of {another.Configuration.Name}", keyId, Of(item with { Id = another.Configuration.Id, UpdatedAt = later }));
            }

            KeyLabel Of(LlmConfiguration configuration) => label with { Configuration = configuration };
        }
    }

    // Removed, another one's, an older and a forged value; what would change nothing is left out.
    private IEnumerable<(string How, JsonNode? Value)> Values(string field, JsonNode? older, IEnumerable<JsonNode?>? others, JsonNode? now)
    {
        var seen = new HashSet<string> { Text(now) };
        if (seen.Add(Text(null)))
        {
            yield return ("removed", null);
        }

        foreach (JsonNode? other in (others ?? []).Where(other => Text(other) != Text(now)).Take(Deciding.Contains(field) ? int.MaxValue : 1))
        {
            if (seen.Add(Text(other)))
            {
                yield return ($"of another: {Text(other)}", other);
            }
        }

        if (older is not null && seen.Add(Text(older)))
        {
            yield return ("older", older);
        }

        foreach (JsonNode forged in Forged(field, now))
        {
            if (seen.Add(Text(forged)))
            {
                yield return ($"forged: {Text(forged)}", forged);
            }
        }

        static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
    }

    private JsonNode[] Forged(string field, JsonNode? now) => field switch
    {
        "id" or "store" or "key.store" => [Guid.NewGuid().ToString("D")],
        "name" or "model" => ["forged"],
        "provider" => ["openai", "openai-compatible", "forged"],
        "baseUrl" => ["https://evil.example/v1", "http://evil.example/v1", "https://alpha.example:9/v1", "https://alpha.example:8443.evil.example/v1"],
        "useAuthHeader" => [now is null || !now.GetValue<bool>()],
        "key.id" => [TestKey.NewId(), ForeignKey()],
        "key.name" => [AttackedStore.OtherSecretName, "forged"],
        "key.vault" => ["Far", "LlmConfig", "Elsewhere"],
        "key.mark" => ["0000000000000000"],
        "key.host" => ["https://evil.example:443", string.Empty],
        "seal" or "key.seal" => [Convert.ToBase64String(new byte[32])],
        "updatedAt" or "createdAt" or "key.updatedAt" => ["2099-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z"],
        "revision" => [0, 999],
        "default" => [_store.Spare.ToString("D")],
        "defaultVault" => ["Far"],
        "vaults" => [JsonNode.Parse("""{"Far":{"module":"forged 1","form":"String","prefix":"/","labels":false,"names":false,"probedAt":"2026-01-01T00:00:00.000Z","milliseconds":1}}""")!],
        _ => [],
    };

    private string ForeignKey() => _store.True.Labels.Single(pair => pair.Value.Configuration.Id == _store.Foreign).Key;

    private JsonNode Document() => JsonNode.Parse(_store.True.Files[Config])!;

    private byte[] Changed(Action<JsonNode> change) => Edited(_store.True.Files[Config], change);

    private static byte[] Edited(byte[] content, Action<JsonNode> change)
    {
        JsonNode json = JsonNode.Parse(content)!;
        change(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static void Set(JsonObject json, string field, JsonNode? value)
    {
        if (value is null)
        {
            json.Remove(field);
        }
        else
        {
            json[field] = value.DeepClone();
        }
    }

    private static bool IsValid(byte[] document)
    {
        try
        {
            StoreDocument.Read(document);
            return true;
        }
        catch (StoreFormatException)
        {
            return false;
        }
    }

    // A vault whose master key the attacker has.
    private static (byte[] Header, string MasterKeyFile, byte[] MasterKey) OtherVault()
    {
        using var other = new TemporaryStore(inMemory: true);
        other.Create("known", TestKey.New());
        return (File.ReadAllBytes(other.VaultPaths.Header), Path.GetRelativePath(other.Path, other.MasterKeyFile).Replace('\\', '/'), File.ReadAllBytes(other.MasterKeyFile));
    }
}
