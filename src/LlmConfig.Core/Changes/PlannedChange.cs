namespace LlmConfig;

/// <summary>What one application of a change to a draft gave.</summary>
/// <param name="Result">The configuration with the change; as it was, where it was removed.</param>
/// <param name="Before">The configuration as it was found; <see langword="null"/> for a new one.</param>
/// <param name="Dropped">The key that nothing refers to any more, and that is to be removed.</param>
/// <param name="Kept">The key that stays in its vault on purpose although nothing refers to it any more.</param>
/// <param name="Relabelled">The key whose label in its vault no longer holds.</param>
internal sealed record ChangeOutcome(
    LlmConfiguration Result, LlmConfiguration? Before = null, KeyReference? Dropped = null, KeyReference? Kept = null, KeyReference? Relabelled = null);

/// <summary>The key that a change writes or names: decided when it is applied first and kept after that, since no id is used twice.</summary>
internal sealed class KeyPlan
{
    /// <summary>The key that is written; <see langword="null"/> for none, and for a copy that was not written.</summary>
    public KeyReference? New { get; set; }

    /// <summary>The key that <see cref="New"/> is a copy of.</summary>
    public KeyReference? Copied { get; set; }

    /// <summary>The secret of somebody else that the configuration is to refer to: it is read once before anything is written.</summary>
    public KeyReference? Named { get; set; }

    /// <summary>What is odd about the value of <see cref="Named"/>, or <see langword="null"/>.</summary>
    public string? NamedWarning { get; set; }

    /// <summary>The label that <see cref="New"/> was written with; another process may have changed what it says since.</summary>
    public KeyLabel? Label { get; set; }

    /// <summary>The fingerprint of the value that was written.</summary>
    public ulong? Fingerprint { get; set; }
}

/// <summary>
/// One change of a batch on its way through the write protocol, which is what this folder is for: a new kind of change is a class that derives
/// from this and says in <see cref="ApplyTo"/> what it makes of a draft. It is applied twice: to a draft of what the store held when the
/// batch began, to find errors before any vault is called, and to a draft of what it holds under the lock.
/// </summary>
internal abstract class PlannedChange
{
    // True once an application has decided which key is written.
    private bool _isPlanned;

    /// <summary>Why it failed. Nothing more is done with a change that failed.</summary>
    public LlmConfigException? Error { get; private set; }

    /// <summary>What the last application gave; <see langword="null"/> for a change that failed.</summary>
    public ChangeOutcome? Outcome { get; private set; }

    public KeyPlan Plan { get; private set; } = new();

    /// <summary>
    /// True when the store changed between the two applications so that the key that was written is not the one that is
    /// needed now. The change then goes through the protocol once more.
    /// </summary>
    public bool IsOutdated { get; private set; }

    /// <summary>The key's value, where the change brings one; without one, a new key is a copy.</summary>
    public abstract ApiKey? Key { get; }

    /// <summary>True when the key may go where the configuration says, whatever it was sealed for.</summary>
    public virtual bool AcceptsHost => false;

    public LlmConfiguration? Result => Outcome?.Result;

    /// <summary>The key whose label has to be written anew after the commit, or <see langword="null"/>.</summary>
    public KeyReference? StaleLabel =>
        Outcome is null ? null
        : Outcome.Relabelled ?? (Plan.Label is { } label && !KeyLabel.HaveSameLabel(label.Configuration, Outcome.Result) ? Plan.New : null);

    /// <summary>True when the last application left a key that has to be sealed: a new one, or one that goes elsewhere.</summary>
    public bool NeedsSeal => Outcome is { Result.Key: not null } outcome
        && (AcceptsHost || outcome.Before is null || !KeySeals.SendAlike(outcome.Before, outcome.Result));

    /// <summary>Tries the change on a draft: all of it, or none and an <see cref="Error"/>.</summary>
    /// <param name="draft">What it is tried on.</param>
    /// <param name="openVault">Opens a vault that is to take a key; <see langword="null"/> stands for the default one.</param>
    public void Apply(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        if (Error is not null)
        {
            return;
        }

        try
        {
            Outcome = ApplyTo(draft, openVault);
            _isPlanned = true;
        }
        catch (OutdatedPlanException)
        {
            IsOutdated = true;
        }
        catch (LlmConfigException e)
        {
            Fail(e);
        }
    }

    public void Fail(LlmConfigException error) => (Error, Outcome) = (error, null);

    /// <summary>Forgets the plan, so that the change can be applied anew to what the store holds now.</summary>
    public void Restart() => (Plan, Outcome, IsOutdated, _isPlanned) = (new KeyPlan(), null, false, false);

    /// <summary>Forgets the plan, and why the change failed: what was read for it is no longer what the store holds.</summary>
    public void Retry()
    {
        Error = null;
        Restart();
    }

    public ChangeResult ToResult() => new(Result, Error);

    /// <summary>Does the change, or throws <see cref="LlmConfigException"/> before it touched the draft.</summary>
    protected abstract ChangeOutcome ApplyTo(ConfigDraft draft, Func<string?, IKeyVault> openVault);

    /// <summary>The key reference under which the change writes; the same each time.</summary>
    /// <param name="vault">The vault that it is written to.</param>
    /// <param name="openVault">Opens it.</param>
    /// <param name="copied">The key whose value is copied, or <see langword="null"/> for a value of the change's own.</param>
    protected KeyReference PlanKey(string? vault, Func<string?, IKeyVault> openVault, KeyReference? copied = null)
    {
        if (_isPlanned && (Plan.New is null || Plan.Copied != copied))
        {
            // A key that was not written, or a copy of a value that was rotated since: an entry must never point at it.
            throw new OutdatedPlanException();
        }

        Plan.Copied = copied;
        return Plan.New ??= new KeyReference(openVault(vault).Name, KeyReference.NewKeyId());
    }

    /// <summary>The secret of somebody else that the change refers to; the same each time.</summary>
    /// <param name="vault">The vault that has it.</param>
    /// <param name="openVault">Opens it.</param>
    /// <param name="name">The secret's name.</param>
    protected KeyReference PlanNamedKey(string? vault, Func<string?, IKeyVault> openVault, string name) =>
        Plan.Named ??= new KeyReference(openVault(vault).Name, name);

#pragma warning disable CA1032, CA1064 // Thrown and caught in this class alone.
    private sealed class OutdatedPlanException : Exception;
#pragma warning restore CA1032, CA1064
}
