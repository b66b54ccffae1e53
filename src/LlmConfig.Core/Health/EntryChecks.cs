namespace LlmConfig;

/// <summary>Whether all files and folders are the user's own, and none is a link.</summary>
internal sealed class OwnerCheck(StoreParts store) : StoreCheck(Owner, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) => OrOk(
        seen.Entries.Where(entry => entry.Problem is not null).Select(entry => Failed(entry.Path, entry.Problem!)),
        seen.HasFolder,
        Store.Paths.Folder,
        $"All {Count(seen.Entries.Count, "file and folder", "files and folders")} belong to you, and none is a link.");
}

/// <summary>Whether other users can use a file or folder.</summary>
internal sealed class PermissionCheck(StoreParts store) : StoreCheck(Permission, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) => OrOk(
        seen.Entries.Where(entry => entry.IsWide).Select(Wide), seen.HasFolder, Store.Paths.Folder, "No file or folder lets other users in.");

    private CheckResult Wide(EntrySnapshot entry)
    {
        string access = StoreFileSystem.WideAccess(entry.Entry!.Value);
        RepairStep fix = Step(entry.Path, $"Restrict access to the owner (it has {access})", _ => Tighten(entry), needsFile: false);
        return Error(entry.Path, $"It has {access}: other users may be able to use it.", Repair, fix);
    }

    private string Tighten(EntrySnapshot entry)
    {
        Store.Files.Tighten(entry.Path, entry.IsFolder);
        return "Only you have access to it now.";
    }
}

/// <summary>Whether a process that died left files behind, or a key its note.</summary>
internal sealed class LeftoverCheck(StoreParts store) : StoreCheck(Leftover, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) =>
    [
        .. OrOk(
            [
                .. StoreParts.Or(Store.Config.Leftovers, []).Select(path => HalfWritten(path, Store.Config.RemoveLeftover)),
                .. StoreParts.Or(Store.Local.Leftovers, []).Select(OfVault),
                .. new[] { StoreParts.Or(Store.Intents.Leftovers, []), StoreParts.Or(Store.Written.Leftovers, []) }
                    .SelectMany(paths => paths).Select(path => HalfWritten(path, (leftover, _) => Store.Intents.RemoveLeftover(leftover))),
            ],
            seen.Main.State != ConfigFileState.Absent,
            Store.Paths.Folder,
            "Nothing that was half-written lies about."),
        .. StaleNotes(seen),
    ];

    // A master key that may be another vault's, the only copy of it, is a person's to give up.
    private CheckResult OfVault(string path) => Store.Local.IsSurelyOwn(path)
        ? HalfWritten(path, (leftover, cancellation) => Store.Local.IsSurelyOwn(leftover) && Store.Local.RemoveLeftover(leftover, cancellation))
        : HalfWritten(path, Store.Local.RemoveLeftover, needsConsent: true);

    private CheckResult HalfWritten(string path, Func<string, CancellationToken, bool> remove, bool needsConsent = false)
    {
        string what = path.EndsWith(StorePaths.TemporaryExtension, StringComparison.Ordinal)
            ? "A process that died left it half-written."
            : "It holds a master key that nothing needs here: every secret opens with the one that the vault has now. "
                + "Keys of another vault may need it.";
        string? Remove(CancellationToken cancellation) => remove(path, cancellation) ? "It was removed." : null;
        return Warning(path, what, Repair, Step(path, $"Remove the file. {what}", Remove, needsFile: false, needsConsent, removesKey: needsConsent));
    }

    // Notes of keys that their vaults do not have any more, and that nothing refers to. They do no harm.
    private IEnumerable<CheckResult> StaleNotes(StoreSnapshot seen) => seen.Document is not { } document ? [] : seen.Written
        .Where(keyId => !seen.KeysInDoubt.Contains(keyId)
            && document.FindByKey(Noted(keyId)) is null
            && seen.Vaults.Any(vault => vault.Keys.GetValueOrDefault(keyId) is { Code: LlmConfigErrorCode.KeyMissing }))
        .Select(keyId => Ok(keyId, "Its vault does not have this key any more, so the note of it can go.") with
        {
            Fix = Step(keyId, "Remove the note of a key that its vault does not have any more", _ => Forget(keyId)),
        });

    private string? Forget(string keyId)
    {
        if (Store.Config.ReadStrictly() is not { } now || now.RefersTo(Noted(keyId)) || Store.Intents.NamedKeys().Contains(keyId))
        {
            return null;
        }

        Store.Written.Remove(keyId);
        return "The note was removed.";
    }

    private static KeyReference Noted(string keyId) => new(string.Empty, keyId);
}

/// <summary>Whether a process that died left a change undone.</summary>
internal sealed class IntentCheck(StoreParts store) : StoreCheck(Intent, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation)
    {
        string live = seen.Intents.Count == 0 ? string.Empty : $"; {Count(seen.Intents.Count, "is", "are")} under way";
        return seen.IntentError is { } error
            ? [Failed(Store.Paths.Pending, error)]
            : OrOk(
                seen.Intents.Where(intent => intent.State != IntentState.Live).Select(Of),
                seen.Main.State != ConfigFileState.Absent,
                Store.Paths.Pending,
                $"No change was left undone{live}.");
    }

    private CheckResult Of(IntentSnapshot intent) => intent.State switch
    {
        IntentState.Newer => Warning(
            intent.Path, "A newer version of this module left a change undone; what it names is left alone.", "Update LlmConfig.PowerShell."),
        IntentState.Damaged => Warning(
            intent.Path,
            "The note of a change that was left undone is damaged: which keys it names cannot be told.",
            Repair,
            Step(intent.Path, "Keep the damaged note under a dated name", _ => MoveAside(intent.Path))),
        _ => Warning(
            intent.Path,
            $"A change was left undone; it names {Count(intent.Keys.Count + intent.Labels.Count, "key", "keys")}.",
            "Run Repair-LlmConfig; the next change that uses the vault finishes it too.",
            Step(
                intent.Path,
                Invariant($"Finish the change that was left undone: remove those of its {intent.Keys.Count} keys that nothing refers to, ")
                    + Invariant($"and write {intent.Labels.Count} labels anew"),
                _ => Finish(intent.Path))),
    };

    private string? Finish(string path)
    {
        using Intent? intent = Store.Intents.TakeOver(path);
        return intent is null ? null : Store.Finish(intent) ? "The change that was left undone is finished." : RepairStep.Unfinished;
    }

    private string? MoveAside(string path) => Store.Intents.MoveAside(path, Store.Suffix) is { } aside
        ? $"It is kept as '{Path.GetFileName(aside)}'. Keys that it named and that nothing refers to are found by their labels, by the next repair."
        : null;
}
