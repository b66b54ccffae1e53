namespace LlmConfig.Tests;

/// <summary>A <see cref="FakeVault"/> that has to be tried before it gets a key.</summary>
internal sealed class ProbedVault(FakeVault inner) : IProbedVault, IKeyVaultSource
{
    /// <summary>The module that serves it.</summary>
    public string Module { get; set; } = "FakeVault 1.0";

    /// <summary>What trying it leads to.</summary>
    public Action<string> Probing { get; set; } = _ => { };

    public string Name => inner.Name;

    public bool TakesLabels => Profile?.TakesLabels ?? true;

    public VaultProfile? Profile { get; set; }

    public bool NeedsProbe => Profile?.Module != Module;

    public VaultChoice? DefaultVault => null;

    // A process of its own knows nothing of the one before.
    public IKeyVault? Open(string name) => new ProbedVault(inner) { Module = Module, Probing = Probing };

    public VaultProfile Probe(string keyId, CancellationToken cancellation)
    {
        Probing(keyId);
        return Profile = new VaultProfile
        {
            Module = Module,
            Form = SecretForm.PlainText,
            Prefix = "/",
            TakesLabels = inner.TakesLabels,
            ListsNames = true,
            ProbedAt = new DateTime(2026, 11, 25, 1, 2, 3, 456, DateTimeKind.Utc),
            ProbeTime = TimeSpan.FromMilliseconds(12),
        };
    }

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation) => inner.Write(keyId, key, label, cancellation);

    public void Flush() => inner.Flush();

    public ApiKey Read(string keyId, CancellationToken cancellation) => inner.Read(keyId, cancellation);

    public void Remove(string keyId, CancellationToken cancellation) => inner.Remove(keyId, cancellation);

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) => inner.List(cancellation);

    public IReadOnlyList<string> ListSecrets(CancellationToken cancellation) => inner.ListSecrets(cancellation);

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) => inner.Relabel(keyId, label, cancellation);
}
