namespace LlmConfig;

/// <summary>Looks at everything that a store has, and changes nothing.</summary>
internal sealed class StoreInspection(
    StoreFolder folder,
    StoreFileSystem files,
    ConfigFile config,
    IntentLog intents,
    WrittenKeys written,
    LocalVault local,
    Func<string, IKeyVault> openVault,
    KeySeals seals,
    string? logFile)
{
    // Each round is one change of another process that came between; after so many the store is busy, not unlucky.
    private const int MostRounds = 5;

    private readonly StorePaths _paths = new(folder.Path);

    /// <summary>Takes one look.</summary>
    /// <param name="vaults">The vaults to look into beside the built-in one; <see langword="null"/> for all that keys of the store lie in.</param>
    /// <param name="more">Vaults to look into also.</param>
    /// <param name="progress">Told how many keys were looked at.</param>
    /// <param name="cancellation">Stops.</param>
    public StoreFindings Look(IReadOnlyCollection<string>? vaults, IReadOnlyCollection<string> more, IProgress<int>? progress, CancellationToken cancellation)
    {
        List<EntryFinding> entries = Entries();
        if (entries[0] is { Entry: null } or { Problem: not null })
        {
            // Without a folder of ours there is nothing in it to look at.
            ConfigFileLook nothing = new(ConfigFileState.Absent, Error: entries[0].Problem);
            return new StoreFindings
            {
                Entries = entries,
                Main = entries[0].Problem is null ? nothing : nothing with { State = ConfigFileState.Refused },
                Backup = nothing,
                Intents = [],
                Vaults = [],
                IsVaultEmpty = true,
                DamagedFile = _ => null,
                HostProblem = _ => null,
            };
        }

        (ConfigFileLook main, ConfigFileLook backup) = config.Look();
        for (int round = 1; ; round++)
        {
            // A key that is being removed may be listed still when its intent has gone: intents are looked at before too.
            // What the vaults hold first, then the intents, then the file: a key that was written after the first look is
            // not missed in the last one, and one that was written before it is referred to or named there.
            HashSet<string> doubted = [.. Intents().Intents.SelectMany(intent => intent.Keys).Select(key => key.KeyId)];
            List<VaultFinding> found = [LookIntoLocal(progress, cancellation)];
            ConfigDocument? document = main.Document ?? backup.Document;
            IReadOnlyList<KeyReference> noted = document is null ? [] : Or(() => written.Of(document.StoreId), []);
            foreach (string name in Names(vaults ?? Referred(document).Concat(noted.Select(key => key.Vault)), more))
            {
                cancellation.ThrowIfCancellationRequested();
                found.Add(LookInto(name, KeysIn(name, document, noted), progress, cancellation));
            }

            (IReadOnlyList<IntentLook> pending, LlmConfigException? pendingError) = Intents();
            (ConfigFileLook mainNow, ConfigFileLook backupNow) = config.Look();
            if (round < MostRounds && !Same(mainNow, main))
            {
                (main, backup) = (mainNow, backupNow);
                continue;
            }

            long newest = config.NewestRevision();
            LlmConfigException? error = CheckProtection(out LocalVaultInfo? protection);
            return new StoreFindings
            {
                Entries = entries,
                Main = mainNow,
                IsUnsettled = !Same(mainNow, main),
                Backup = backupNow,
                NewestRevision = mainNow.Document is { } seen && seen.Revision < newest && !Same(config.Look().Main, mainNow) ? 0 : newest,
                BackupWritten = backupNow.State == ConfigFileState.Absent ? null : Or(() => files.GetModified(_paths.Backup), default(DateTime?)),
                Intents = pending,
                DoubtedBefore = doubted,
                HadKeysElsewhere = Or(config.HadKeysElsewhere, false),
                Written = noted.Select(key => key.KeyId).ToHashSet(StringComparer.Ordinal),
                IntentError = pendingError,
                Vaults = found,
                Protection = protection,
                ProtectionError = error,
                IsVaultEmpty = Or(() => local.IsEmpty, false),
                ProvenHeader = local.ProveHeader(),
                IsRotating = Or(() => local.IsRotating, false),
                FileLeftovers = Or(config.Leftovers, []),
                VaultLeftovers = Or(local.Leftovers, []),
                IntentLeftovers = [.. Or(intents.Leftovers, []), .. Or(written.Leftovers, [])],
                DamagedFile = item => item.Key is { } key && IsBuiltIn(key.Vault) && found[0].Damaged.ContainsKey(local.PathOf(key.KeyId))
                    ? local.PathOf(key.KeyId)
                    : null,
                HostProblem = error is null ? seals.Check : _ => null,
                NamedKeyError = ReadNamed(mainNow.Document ?? backupNow.Document, found, cancellation).GetValueOrDefault,
            };
        }
    }

    private static bool IsBuiltIn(string vault) => string.Equals(vault, LocalVault.VaultName, StringComparison.OrdinalIgnoreCase);

    private static bool Same(ConfigFileLook one, ConfigFileLook other) =>
        one.State == other.State && one.Bytes.AsSpan().SequenceEqual(other.Bytes);

    private static IEnumerable<string> Referred(ConfigDocument? document) =>
        document?.Configurations.Select(item => item.Vault).OfType<string>() ?? [];

    private static IEnumerable<string> Names(IEnumerable<string> vaults, IEnumerable<string> more) =>
        vaults.Concat(more).Where(name => !IsBuiltIn(name)).Distinct(StringComparer.OrdinalIgnoreCase);

    // What cannot be looked at is told of as an entry; here it is only left out.
    private static T Or<T>(Func<T> look, T otherwise)
    {
        try
        {
            return look();
        }
        catch (LlmConfigException)
        {
            return otherwise;
        }
    }

    private List<EntryFinding> Entries()
    {
        EntryFinding root = Entry(folder.Path, isFolder: true);
        List<EntryFinding> entries = [root];
        if (root is { Entry: not null, Problem: null })
        {
            var vault = new LocalVaultFiles(_paths.Vault);
            AddFolder(entries, null, _paths.Folder, StorePaths.ConfigFileName + "*", _paths.ConfigFile, _paths.Backup, _paths.Lock);
            AddFolder(entries, _paths.Pending, _paths.Pending, "*");
            AddFolder(entries, _paths.Written, _paths.Written, "*");
            AddFolder(entries, _paths.Vault, _paths.Vault, "*", vault.Header, vault.Lock);
        }

        foreach (string path in logFile is null ? [] : new[] { logFile, logFile + EventLogFile.RotatedExtension })
        {
            Add(entries, path, isFolder: false);
        }

        return entries;
    }

    private void AddFolder(List<EntryFinding> entries, string? own, string path, string pattern, params string[] known)
    {
        if (own is not null)
        {
            EntryFinding finding = Entry(own, isFolder: true);
            if (finding is { Entry: null, Problem: null })
            {
                return;
            }

            entries.Add(finding);
            if (finding.Problem is not null)
            {
                return;
            }
        }

        // By name too: a folder in the place of a file is not listed as a file.
        foreach (string file in known.Union(Or(() => files.ListFiles(path, pattern), [])))
        {
            Add(entries, file, isFolder: false);
        }
    }

    private void Add(List<EntryFinding> entries, string path, bool isFolder)
    {
        EntryFinding finding = Entry(path, isFolder);
        if (finding is not { Entry: null, Error: null })
        {
            entries.Add(finding);
        }
    }

    private EntryFinding Entry(string path, bool isFolder)
    {
        try
        {
            return new EntryFinding(path, isFolder, files.Inspect(path), null);
        }
        catch (LlmConfigException e)
        {
            return new EntryFinding(path, isFolder, null, e);
        }
    }

    private (IReadOnlyList<IntentLook> Intents, LlmConfigException? Error) Intents()
    {
        try
        {
            return (intents.Look(), null);
        }
        catch (LlmConfigException e)
        {
            return ([], e);
        }
    }

    private VaultFinding LookIntoLocal(IProgress<int>? progress, CancellationToken cancellation)
    {
        try
        {
            LocalVaultContents contents = local.Inspect(progress, cancellation);
            return VaultFinding.Of(local.Name, contents.Entries, takesLabels: true, contents.Damaged, contents.Refused);
        }
        catch (LlmConfigException e)
        {
            return VaultFinding.Of(local.Name, [], takesLabels: true, error: e);
        }
    }

    // The keys in a vault that are this store's concern, with the configurations that refer to them.
    private static Dictionary<string, LlmConfiguration?> KeysIn(string vault, ConfigDocument? document, IReadOnlyList<KeyReference> noted) =>
        (document?.Configurations ?? []).Select(item => item.Key).OfType<KeyReference>().Concat(noted)
            .Where(key => string.Equals(key.Vault, vault, StringComparison.OrdinalIgnoreCase) && KeyReference.IsKeyId(key.KeyId))
            .DistinctBy(key => key.KeyId)
            .ToDictionary(key => key.KeyId, key => document?.FindByKey(key), StringComparer.Ordinal);

    // What a list shows, or does not show, proves nothing: each key that is this store's concern is read.
    private VaultFinding LookInto(string name, Dictionary<string, LlmConfiguration?> concern, IProgress<int>? progress, CancellationToken cancellation)
    {
        try
        {
            IKeyVault vault = openVault(name);
            IReadOnlyList<KeyVaultEntry> listed = vault.List(cancellation);
            var keys = new Dictionary<string, LlmConfigException?>(StringComparer.Ordinal);
            foreach ((string keyId, LlmConfiguration? item) in concern)
            {
                cancellation.ThrowIfCancellationRequested();
                keys[keyId] = Reading(vault, keyId, item, cancellation);
                progress?.Report(keys.Count);
            }

            List<string> unlisted = [.. keys.Keys.Where(keyId => keys[keyId] is null).Except(listed.Select(entry => entry.KeyId))];
            IEnumerable<KeyVaultEntry> all = listed.Concat(unlisted.Select(keyId => new KeyVaultEntry(keyId, null)));
            return VaultFinding.Of(vault.Name, all, vault.TakesLabels, keys: keys) with { HidesKeys = unlisted.Count > 0 };
        }
        catch (LlmConfigException e)
        {
            return VaultFinding.Of(name, [], takesLabels: false, error: e);
        }
    }

    // A vault that is locked, or that cannot be had at all, is not asked for each of its keys.
    private LlmConfigException? Reading(IKeyVault vault, string keyId, LlmConfiguration? item, CancellationToken cancellation)
    {
        try
        {
            using ApiKey key = vault.Read(keyId, cancellation);

            // Without the master key it cannot be told; the protector's check says so.
            return item is null ? null : Or(() => seals.Difference(item, key), null);
        }
        catch (LlmConfigException e) when (e.Code is LlmConfigErrorCode.KeyMissing or LlmConfigErrorCode.InvalidKey or LlmConfigErrorCode.VaultUnavailable or LlmConfigErrorCode.VaultCorrupt)
        {
            return e;
        }
    }

    // Whether somebody else's secret is there is told by reading it: lists differ in what they say of such secrets.
    private Dictionary<LlmConfiguration, LlmConfigException?> ReadNamed(ConfigDocument? document, List<VaultFinding> found, CancellationToken cancellation)
    {
        var errors = new Dictionary<LlmConfiguration, LlmConfigException?>(ReferenceEqualityComparer.Instance);
        foreach (LlmConfiguration item in document?.Configurations.Where(item => item.KeyName is not null) ?? [])
        {
            if (found.Find(vault => string.Equals(vault.Name, item.Vault, StringComparison.OrdinalIgnoreCase)) is not { Error: null })
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            try
            {
                NamedSecret.Read(openVault(item.Vault!), item.KeyName!, item.Name, cancellation).Dispose();
            }
            catch (LlmConfigException e)
            {
                errors[item] = e;
            }
        }

        return errors;
    }

    private LlmConfigException? CheckProtection(out LocalVaultInfo? protection)
    {
        protection = null;
        try
        {
            protection = local.GetInfo();
            local.CheckMasterKey();
            return null;
        }
        catch (LlmConfigException e)
        {
            return e;
        }
    }
}
