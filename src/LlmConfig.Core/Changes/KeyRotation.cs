namespace LlmConfig;

/// <summary>
/// Rotates the key of a configuration with its provider: a new key, recorded at once, checked online, committed, the old one revoked. Each
/// step begins from what the last one left on the disk, so that the same call goes on after a process that died in any of them.
/// </summary>
/// <param name="config">The configurations.</param>
/// <param name="keys">Reads their keys.</param>
/// <param name="local">Keeps the records.</param>
/// <param name="rotations">Held while a key of the store is rotated.</param>
/// <param name="now">The time.</param>
/// <param name="check">Asks the provider of a configuration whether a key works.</param>
/// <param name="commit">Gives a configuration its new key.</param>
/// <param name="log">Told that the old key was handed out.</param>
/// <param name="warn">Told what a person has to do at the provider.</param>
internal sealed class KeyRotation(
    ConfigFile config, KeyReader keys, LocalVault local, WaitingLock rotations, Func<DateTime> now,
    Func<LlmConfiguration, ApiKey, OnlineCheckResult> check, Func<Guid, ConfigurationUpdate, LlmConfiguration> commit, EventLog log, Action<LlmConfigWarning> warn)
{
    /// <summary>What to do about a rotation that was cut off.</summary>
    public const string Remedy = "Run Invoke-LlmConfigRotation again to finish it, or with -Abandon to give it up.";

    private const string UnknownKey = "The provider may have a key from then that is not known here: revoke it there.";

    private readonly RotationRecords _records = new(local);

    public KeyRotationResult Run(Guid id, KeyRotationSteps steps, CancellationToken cancellation)
    {
        string name = Get(id).Name;
        using FileLock alone = Lock(cancellation);
        DateTime? begun = null;
        try
        {
            using RotationRecord record = Begin(id, steps, ref begun, cancellation);

            // The new key may have taken its time to come.
            (LlmConfiguration item, ApiKey current) = keys.Read(id, cancellation);
            using ApiKey held = current;
            bool isChecked = false;
            if (!record.New!.HasSameValue(current))
            {
                RequireOld(item, record, current);
                isChecked = Check(item, record.New, steps);
                item = commit(id, new ConfigurationUpdate { Key = record.New, ReplacedKey = item.Key });
            }

            bool isRevoked = Revoke(item, record, steps);
            _records.Remove(id);
            begun = null;
            return new KeyRotationResult(item.Name, record.StartedAt, isChecked, isRevoked);
        }
        finally
        {
            if (begun is not null)
            {
                warn(new LlmConfigWarning(name, $"{Unfinished(name, begun)} {Remedy}"));
            }
        }
    }

    /// <summary>Gives up what was cut off; the configuration keeps the key that it has.</summary>
    /// <exception cref="LlmConfigException">NotFound: nothing was.</exception>
    public void Abandon(Guid id, CancellationToken cancellation)
    {
        LlmConfiguration item = Get(id);
        using FileLock alone = Lock(cancellation);
        if (!Forget(item))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.NotFound, item.Name, $"No rotation of the key of '{item.Name}' is unfinished.", "There is nothing to give up.");
        }
    }

    /// <summary>Removes the record of a configuration, and says what may be left at the provider.</summary>
    /// <returns>False where there is none.</returns>
    public bool Forget(LlmConfiguration item)
    {
        using RotationRecord? record = _records.Read(item.Id);
        if (record is null)
        {
            return false;
        }

        _records.Remove(item.Id);
        warn(new LlmConfigWarning(item.Name, $"{Unfinished(item.Name, record.StartedAt)} It was given up. " + (record.New is null
            ? UnknownKey
            : "Of the old key and the one that was made then, the provider may have one that is not in use: revoke it there.")));
        return true;
    }

    /// <summary>Says since when a rotation is unfinished.</summary>
    public static string Unfinished(string name, DateTime? startedAt) =>
        $"The rotation of the key of '{name}' that began at {DisplayText.LocalTime(startedAt)} is not finished.";

    /// <summary>Somebody else changed the key: which one the provider is to keep cannot be told.</summary>
    public static LlmConfigException Changed(string name) => new(
        LlmConfigErrorCode.InvalidKey,
        name,
        $"Somebody else changed the key of '{name}' while it was being rotated. It is left as it is.",
        "Run Invoke-LlmConfigRotation with -Abandon, and revoke at the provider what is not in use.");

    private LlmConfiguration Get(Guid id) => config.Read()?.Find(id) ?? throw ConfigDraft.NotFound(id.ToString("D"));

    private FileLock Lock(CancellationToken cancellation)
    {
        ConfigFile.RequireWorkingLocks();
        return rotations.Acquire(cancellation);
    }

    // The record with the new key: the one that is there, or that of a key which is made now.
    private RotationRecord Begin(Guid id, KeyRotationSteps steps, ref DateTime? begun, CancellationToken cancellation)
    {
        RotationRecord? found = _records.Read(id);
        begun = found?.StartedAt;
        if (found?.New is not null)
        {
            return found;
        }

        using RotationRecord? cutOff = found;
        long started = EventLog.Start();
        (LlmConfiguration item, ApiKey current) = keys.Read(id, cancellation);
        using ApiKey old = current;
        if (cutOff is not null)
        {
            RequireOld(item, cutOff, old);
            warn(new LlmConfigWarning(item.Name, $"{Unfinished(item.Name, begun)} {UnknownKey}"));
        }

        RequireFit(item, old, steps);
        using RotationRecord record = new(now(), Copy(old), null);
        _records.Write(id, record, cancellation);
        begun = record.StartedAt;
        log.KeyRead(item, nameof(LlmConfigRepository.RotateKey), started);
        using ApiKey made = steps.MakeKey(old);
        if (made.HasSameValue(old))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey, item.Name, $"The new key of '{item.Name}' is the one that it has.", "Let the command make a new key at the provider.");
        }

        // Nothing comes between, and nothing stops it: so far nobody else knows the key.
        RotationRecord whole = new(record.StartedAt, Copy(old), Copy(made));
        _records.Write(id, whole, CancellationToken.None);
        return whole;
    }

    // What would fail later is said before a key is made.
    private void RequireFit(LlmConfiguration item, ApiKey old, KeyRotationSteps steps)
    {
        if (item.RemovableKey is null)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument,
                item.Name,
                $"The key of '{item.Name}' is kept by somebody else, so it is not rotated here.",
                "Rotate it where it is kept, or give the configuration a key of its own with Set-LlmConfig -AskApiKey.");
        }

        if (!steps.SkipOnlineCheck && OnlineCheckRequest.Make(item, old).Refusal is { } refusal)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument,
                item.Name,
                $"A new key of '{item.Name}' could not be checked. {refusal.Message}",
                "Add -SkipOnlineCheck to use it unchecked.");
        }

        RequireUnshared(item, old, steps);
    }

    // Who revokes a key takes it from all that use it.
    private void RequireUnshared(LlmConfiguration item, ApiKey old, KeyRotationSteps steps)
    {
        if (steps.Revoke is not null
            && config.Read()?.Configurations.FirstOrDefault(other => other.Id != item.Id && other.KeyFingerprint is { } mark && local.HasFingerprint(old, mark)) is { } other)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument,
                item.Name,
                $"The old key of '{item.Name}' is that of '{other.Name}' too, which would lose it.",
                $"Give '{other.Name}' another key first, or leave -Revoke out.");
        }
    }

    private static void RequireOld(LlmConfiguration item, RotationRecord record, ApiKey current)
    {
        if (!record.Old.HasSameValue(current))
        {
            throw Changed(item.Name);
        }
    }

    // True where the provider took it.
    private bool Check(LlmConfiguration item, ApiKey made, KeyRotationSteps steps)
    {
        if (steps.SkipOnlineCheck)
        {
            return made.GetDoubt(item.Provider, item.ExplicitBaseUrl) is not { } doubt ? false : throw Unused(
                item, $"It {doubt}.", "Run the command without -SkipOnlineCheck, so that the provider says whether it is a key.");
        }

        return check(item, made) is { Outcome: not (OnlineOutcome.Works or OnlineOutcome.Slow or OnlineOutcome.LimitReached or OnlineOutcome.ModelNotListed) } result
            ? throw Unused(item, result.Message, "The next run tries the same new key again: with some providers it takes a moment until a key works.")
            : true;
    }

    private static LlmConfigException Unused(LlmConfiguration item, string problem, string remedy) => new(
        LlmConfigErrorCode.InvalidKey, item.Name, $"The new key of '{item.Name}' is not used, and the old one stays. {problem}", remedy);

    private bool Revoke(LlmConfiguration item, RotationRecord record, KeyRotationSteps steps)
    {
        if (steps.Revoke is not { } revoke)
        {
            warn(new LlmConfigWarning(item.Name, $"The key that '{item.Name}' had before still works at its provider: revoke it there."));
            return false;
        }

        RequireUnshared(item, record.Old, steps);
        revoke(record.Old, record.New!);
        return true;
    }

    private static ApiKey Copy(ApiKey key) => ApiKey.FromUtf8(key.Utf8, null);
}
