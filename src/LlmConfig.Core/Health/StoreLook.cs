namespace LlmConfig;

/// <summary>Takes a snapshot of everything that a store has, and changes nothing.</summary>
internal sealed class StoreLook(StoreParts store, IProgress<int>? progress, CancellationToken cancellation)
{
    // Each round is one change of another process that came between; after so many the store is busy, not unlucky.
    private const int MostRounds = 5;

    /// <summary>Takes one look.</summary>
    /// <param name="vaults">The vaults to look into beside the built-in one; <see langword="null"/> for all that keys of the store lie in.</param>
    /// <param name="more">Vaults to look into also.</param>
    public StoreSnapshot Take(IReadOnlyCollection<string>? vaults, IReadOnlyCollection<string> more)
    {
        var nothing = new ConfigFileSnapshot(ConfigFileState.Absent);
        var snapshot = new StoreSnapshot { Entries = Entries(), Main = nothing, Backup = nothing };
        if (!snapshot.HasFolder)
        {
            LlmConfigException? problem = snapshot.Entries[0].Problem;
            return problem is null ? snapshot : snapshot with { Main = new ConfigFileSnapshot(ConfigFileState.Refused, Error: problem) };
        }

        (ConfigFileSnapshot main, ConfigFileSnapshot backup) = store.Config.Look();
        for (int round = 1; ; round++)
        {
            // A key that is being removed may be listed still when its intent has gone: intents are looked at before too.
            // What the vaults hold first, then the intents, then the file: a key that was written after the first look is
            // not missed in the last one, and one that was written before it is referred to or named there.
            IReadOnlyList<IntentSnapshot> before = StoreParts.Or(store.Intents.Look, []);
            ConfigDocument? document = main.Document ?? backup.Document;
            IReadOnlyList<KeyReference> noted = document is null ? [] : StoreParts.Or(() => store.Written.Of(document.StoreId), []);
            IEnumerable<string> names = vaults
                ?? (document?.Configurations ?? []).Select(item => item.Vault).OfType<string>().Concat(noted.Select(key => key.Vault));
            List<VaultSnapshot> found = LookIntoVaults(names.Concat(more), document, noted);
            IReadOnlyList<IntentSnapshot> pending = StoreParts.Or(store.Intents.Look, [], out LlmConfigException? pendingError);
            (ConfigFileSnapshot mainNow, ConfigFileSnapshot backupNow) = store.Config.Look();
            if (round < MostRounds && !IsSame(mainNow, main))
            {
                (main, backup) = (mainNow, backupNow);
                continue;
            }

            long newest = store.Config.NewestRevision();
            LocalVaultInfo? protection = StoreParts.Or(store.Local.GetInfo, null, out LlmConfigException? error);
            if (error is null)
            {
                StoreParts.Or(store.Local.CheckMasterKey, false, out error);
            }

            return snapshot with
            {
                Main = mainNow,
                IsUnsettled = !IsSame(mainNow, main),
                Backup = backupNow,
                NewestRevision = mainNow.Document is { } seen && seen.Revision < newest && !IsSame(store.Config.Look().Main, mainNow) ? 0 : newest,
                HadKeysElsewhere = StoreParts.Or(store.Config.HadKeysElsewhere, false),
                Intents = pending,
                IntentError = pendingError,
                KeysInDoubt = before.Concat(pending).SelectMany(intent => intent.Keys).Select(key => key.KeyId).ToHashSet(),
                Written = noted.Select(key => key.KeyId).ToHashSet(StringComparer.Ordinal),
                Vaults = found,
                IsVaultEmpty = StoreParts.Or(() => store.Local.IsEmpty, false),
                Protection = protection,
                ProtectionError = error,
            };
        }
    }

    private static bool IsSame(ConfigFileSnapshot one, ConfigFileSnapshot other) => one.State == other.State && one.Bytes.AsSpan().SequenceEqual(other.Bytes);

    private List<EntrySnapshot> Entries()
    {
        StorePaths paths = store.Paths;
        var vault = new LocalVaultFiles(paths.Vault);
        EntrySnapshot root = Entry(paths.Folder, isFolder: true);
        IEnumerable<EntrySnapshot> within = root is not { Entry: not null, Problem: null } ? [] :
        [
            .. Files(paths.Folder, StorePaths.ConfigFileName + "*", paths.ConfigFile, paths.Backup, paths.Lock, paths.RotationLock),
            .. Files(paths.Folder, StorePaths.ModelsFileName + "*", paths.Models),
            .. Files(paths.Folder, StorePaths.FoldersFileName + "*", paths.Folders),
            .. Files(paths.Folder, StorePaths.ToolsFileName + "*", paths.Tools),
            .. Folder(paths.Pending),
            .. Folder(paths.Written),
            .. Folder(paths.Vault, vault.Header, vault.Lock),
        ];
        IEnumerable<string> logs = store.LogFile is { } log ? [log, log + EventLogFile.RotatedExtension] : [];
        return [root, .. within.Concat(logs.Select(path => Entry(path, isFolder: false))).Where(entry => entry is not { Entry: null, Error: null })];
    }

    private IEnumerable<EntrySnapshot> Folder(string path, params string[] known)
    {
        EntrySnapshot folder = Entry(path, isFolder: true);
        return folder is { Entry: not null, Problem: null } ? [folder, .. Files(path, "*", known)] : [folder];
    }

    // By name too: a folder in the place of a file is not listed as a file.
    private IEnumerable<EntrySnapshot> Files(string folder, string pattern, params string[] known) =>
        known.Union(StoreParts.Or(() => store.Files.ListFiles(folder, pattern), [])).Select(path => Entry(path, isFolder: false));

    private EntrySnapshot Entry(string path, bool isFolder)
    {
        EntryInfo? entry = StoreParts.Or(() => store.Files.Inspect(path), null, out LlmConfigException? error);
        return new EntrySnapshot(path, isFolder, entry, error);
    }

    private List<VaultSnapshot> LookIntoVaults(IEnumerable<string> names, ConfigDocument? document, IReadOnlyList<KeyReference> noted)
    {
        List<VaultSnapshot> found = [LookIntoLocal()];
        foreach (string name in names.Where(name => !KeyVaults.IsBuiltIn(name)).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            cancellation.ThrowIfCancellationRequested();
            found.Add(StoreParts.Or(() => LookInto(name, KeysIn(name, document, noted)), null, out LlmConfigException? closed)
                ?? new VaultSnapshot(name, [], TakesLabels: false) { Error = closed });
        }

        return found;
    }

    private VaultSnapshot LookIntoLocal()
    {
        LocalVault local = store.Local;
        LocalVaultContents? contents = StoreParts.Or(() => local.Inspect(progress, cancellation), null, out LlmConfigException? error);
        return new VaultSnapshot(local.Name, contents?.Entries ?? [], TakesLabels: true)
        {
            Damaged = contents?.Damaged ?? VaultSnapshot.NoFiles,
            Rotations = contents?.Rotations ?? [],
            Refused = contents?.Refused,
            Error = error,
            PathOf = local.PathOf,
        };
    }

    // The keys in a vault that are this store's concern, with the configurations that refer to them.
    private static Dictionary<string, LlmConfiguration?> KeysIn(string vault, ConfigDocument? document, IReadOnlyList<KeyReference> noted) =>
        (document?.Configurations ?? []).Select(item => item.Key).OfType<KeyReference>().Concat(noted)
            .Where(key => string.Equals(key.Vault, vault, StringComparison.OrdinalIgnoreCase) && KeyReference.IsKeyId(key.KeyId))
            .DistinctBy(key => key.KeyId)
            .ToDictionary(key => key.KeyId, key => document?.FindByKey(key), StringComparer.Ordinal);

    // What a list shows, or does not show, proves nothing: each key that is this store's concern is read.
    private VaultSnapshot LookInto(string name, Dictionary<string, LlmConfiguration?> concern)
    {
        IKeyVault vault = store.Vaults.Open(name);
        IReadOnlyList<KeyVaultEntry> listed = vault.List(cancellation);
        var keys = new Dictionary<string, LlmConfigException?>(StringComparer.Ordinal);
        foreach ((string keyId, LlmConfiguration? item) in concern)
        {
            cancellation.ThrowIfCancellationRequested();
            keys[keyId] = Reading(vault, keyId, item);
            progress?.Report(keys.Count);
        }

        List<string> unlisted = [.. keys.Keys.Where(keyId => keys[keyId] is null).Except(listed.Select(entry => entry.KeyId))];
        return new VaultSnapshot(vault.Name, listed.Concat(unlisted.Select(keyId => new KeyVaultEntry(keyId, null))), vault.TakesLabels)
        {
            Keys = keys,
            HidesKeys = unlisted.Count > 0,
        };
    }

    // A vault that is locked, or that cannot be had at all, is not asked for each of its keys.
    private LlmConfigException? Reading(IKeyVault vault, string keyId, LlmConfiguration? item)
    {
        try
        {
            using ApiKey key = vault.Read(keyId, cancellation);

            // Without the master key it cannot be told; the protector's check says so.
            return item is null ? null : StoreParts.Or(() => store.Seals.Difference(item, key), null);
        }
        catch (LlmConfigException e) when (e.Code is LlmConfigErrorCode.KeyMissing or LlmConfigErrorCode.InvalidKey or LlmConfigErrorCode.VaultUnavailable or LlmConfigErrorCode.VaultCorrupt)
        {
            return e;
        }
    }
}
