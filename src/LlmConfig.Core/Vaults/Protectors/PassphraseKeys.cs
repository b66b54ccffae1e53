namespace LlmConfig;

/// <summary>
/// Keys that were derived from passphrases, for as long as they are to be kept: then they are zeroed. Shared by all vaults of the
/// process, since each command opens its own. Safe to use from several threads.
/// </summary>
internal sealed class PassphraseKeys
{
    /// <summary>How long one is kept unless somebody says otherwise.</summary>
    public static readonly TimeSpan DefaultTime = TimeSpan.FromMinutes(15);

    /// <summary>The longest time that can be asked for.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    private readonly object _gate = new();
    private readonly Dictionary<Guid, Kept> _keys = [];

    /// <summary>Those of this process.</summary>
    public static PassphraseKeys OfProcess { get; } = new();

    /// <summary>Keeps a copy of a key.</summary>
    /// <param name="vaultId">The vault.</param>
    /// <param name="key">The key and what it was derived with.</param>
    /// <param name="time">How long; not at all where it is zero.</param>
    /// <param name="clock">Whose time it is: one that setting the system's clock does not change.</param>
    public void Keep(Guid vaultId, PassphraseKey key, TimeSpan time, TimeProvider clock)
    {
        lock (_gate)
        {
            Drop(vaultId);
            if (time > TimeSpan.Zero)
            {
                var kept = new Kept(key.Copy(), time, clock, clock.GetTimestamp());
                _keys.Add(vaultId, kept);

                // It goes then, also where nobody asks again.
                kept.Timer = clock.CreateTimer(_ => DropIfOver(vaultId), null, time, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>A copy of the key of a vault, for the caller to dispose of; <see langword="null"/> where there is none, or its time is over.</summary>
    public PassphraseKey? Find(Guid vaultId)
    {
        lock (_gate)
        {
            DropIfOver(vaultId);
            return _keys.TryGetValue(vaultId, out Kept? kept) ? kept.Key.Copy() : null;
        }
    }

    /// <summary>Forgets the key of a vault.</summary>
    public void Forget(Guid vaultId)
    {
        lock (_gate)
        {
            Drop(vaultId);
        }
    }

    private void DropIfOver(Guid vaultId)
    {
        lock (_gate)
        {
            if (_keys.TryGetValue(vaultId, out Kept? kept) && kept.IsOver)
            {
                Drop(vaultId);
            }
        }
    }

    private void Drop(Guid vaultId)
    {
        if (_keys.Remove(vaultId, out Kept? kept))
        {
            kept.Timer?.Dispose();
            kept.Key.Dispose();
        }
    }

    private sealed class Kept(PassphraseKey key, TimeSpan time, TimeProvider clock, long since)
    {
        public PassphraseKey Key { get; } = key;

        public ITimer? Timer { get; set; }

        public bool IsOver => clock.GetElapsedTime(since) >= time;
    }
}
