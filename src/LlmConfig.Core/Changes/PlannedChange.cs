namespace LlmConfig;

/// <summary>
/// One change of a batch on its way through the write protocol. It is applied twice: to a draft of what the store held
/// when the batch began, to find errors before any vault is called, and to a draft of what it holds under the lock.
/// </summary>
internal abstract class PlannedChange
{
    /// <summary>Why it failed. A change that failed is passed over from then on.</summary>
    public LlmConfigException? Error { get; private set; }

    /// <summary>The configuration as the last application left it.</summary>
    public LlmConfiguration? Result { get; private set; }

    /// <summary>The configuration that it changed, as the last application found it; <see langword="null"/> for a new one.</summary>
    public LlmConfiguration? Before { get; protected set; }

    /// <summary>The key that it writes, decided when it is applied first and kept after that: no id is used twice.</summary>
    public KeyReference? NewKey { get; private set; }

    /// <summary>The key that the last application stopped referring to, and that is to be removed.</summary>
    public KeyReference? DroppedKey { get; private set; }

    /// <summary>The key that the change leaves in its vault on purpose although it stops referring to it.</summary>
    public KeyReference? KeptKey { get; protected set; }

    /// <summary>The key that the last application kept although its label in the vault no longer holds.</summary>
    public KeyReference? RelabelledKey { get; protected set; }

    /// <summary>The label that <see cref="NewKey"/> was written with; another process may have changed what it says since.</summary>
    public KeyLabel? WrittenLabel { get; private set; }

    /// <summary>The key whose label has to be written anew after the commit, or <see langword="null"/>.</summary>
    public KeyReference? StaleLabel =>
        Error is not null ? null
        : RelabelledKey ?? (WrittenLabel is { } label && !KeyLabel.HaveSameLabel(label.Configuration, Result!) ? NewKey : null);

    /// <summary>True when the key may go where the configuration says, whatever it was sealed for.</summary>
    public virtual bool AcceptsHost => false;

    /// <summary>True when the last application left a key that has to be sealed: a new one, or one that goes elsewhere.</summary>
    public bool NeedsSeal => Error is null && Result is { Key: not null } result
        && (AcceptsHost || Before is null || !KeySeals.SendAlike(Before, result));

    /// <summary>The key's value, where the change brings one; without one, <see cref="NewKey"/> is a copy of <see cref="CopiedKey"/>.</summary>
    public abstract ApiKey? Key { get; }

    /// <summary>The key that a move copies.</summary>
    public KeyReference? CopiedKey { get; private set; }

    /// <summary>The secret of somebody else that it makes the configuration refer to: it is read once before anything is written.</summary>
    public KeyReference? NamedKey { get; private set; }

    /// <summary>What is odd about the value of <see cref="NamedKey"/>, or <see langword="null"/>.</summary>
    public string? NamedKeyDoubt { get; set; }

    /// <summary>The mark of the value that is written, once that is known: the built-in vault gives one.</summary>
    public ulong? KeyMark { get; set; }

    /// <summary>
    /// True when the store changed between the two applications so that the key that was written is not the one that is
    /// needed now. The change then goes through the protocol once more.
    /// </summary>
    public bool IsOutdated { get; private set; }

    /// <summary>False while the first application still decides which keys are written.</summary>
    private bool _planned;

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
            (Result, DroppedKey) = ApplyCore(draft, openVault);
            _planned = true;
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

    public void Fail(LlmConfigException error)
    {
        Error = error;
        Result = null;
        DroppedKey = null;
        RelabelledKey = null;
    }

    /// <summary>Says that the key was written, and with which label.</summary>
    public void Written(KeyLabel label) => WrittenLabel = label;

    /// <summary>Says that nothing was written under <see cref="NewKey"/>: under the lock the change is outdated then.</summary>
    public void DiscardCopy() => NewKey = null;

    /// <summary>Forgets the plan of a change that is outdated, so that it can be applied anew.</summary>
    public void Restart()
    {
        NewKey = null;
        CopiedKey = null;
        NamedKey = null;
        NamedKeyDoubt = null;
        KeyMark = null;
        DroppedKey = null;
        KeptKey = null;
        RelabelledKey = null;
        WrittenLabel = null;
        IsOutdated = false;
        _planned = false;
    }

    /// <summary>Forgets the plan and why it failed: what was read for it is no longer what the store holds.</summary>
    public void Retry()
    {
        Error = null;
        Restart();
    }

    public ChangeResult ToResult() => new(Result, Error);

    /// <summary>Does the change, or throws <see cref="LlmConfigException"/> before it touched the draft.</summary>
    protected abstract (LlmConfiguration Result, KeyReference? Dropped) ApplyCore(ConfigDraft draft, Func<string?, IKeyVault> openVault);

    /// <summary>The key reference under which the change writes; the same each time.</summary>
    /// <param name="vault">The vault that it is written to.</param>
    /// <param name="openVault">Opens it.</param>
    /// <param name="copied">The key whose value is copied, or <see langword="null"/> for a value of the change's own.</param>
    protected KeyReference PlanKey(string? vault, Func<string?, IKeyVault> openVault, KeyReference? copied = null)
    {
        if (_planned && (NewKey is null || CopiedKey != copied))
        {
            // A key that was not written, or a copy of a value that was rotated since: an entry must never point at it.
            throw new OutdatedPlanException();
        }

        CopiedKey = copied;
        return NewKey ??= new KeyReference(openVault(vault).Name, KeyReference.NewKeyId());
    }

    /// <summary>The secret of somebody else that the change refers to; the same each time.</summary>
    /// <param name="vault">The vault that has it.</param>
    /// <param name="openVault">Opens it.</param>
    /// <param name="name">The secret's name.</param>
    protected KeyReference PlanNamedKey(string? vault, Func<string?, IKeyVault> openVault, string name) =>
        NamedKey ??= new KeyReference(openVault(vault).Name, name);

#pragma warning disable CA1032, CA1064 // Thrown and caught in this class alone.
    private sealed class OutdatedPlanException : Exception;
#pragma warning restore CA1032, CA1064
}
