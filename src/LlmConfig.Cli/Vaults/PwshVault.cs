using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>A registered vault, served by PowerShell. What the module's adapter promises holds: it is the one that does the work.</summary>
/// <param name="name">Its name as it is registered.</param>
/// <param name="source">What asks PowerShell.</param>
internal sealed class PwshVault(string name, PwshVaultSource source) : IProbedVault
{
    private VaultProfile? _profile;
    private bool? _needsProbe;
    private bool? _takesLabels;

    public string Name => name;

    public VaultProfile? Profile
    {
        get => _profile;
        set
        {
            // What the vault needs and takes is answered by what is known of it.
            _profile = value;
            _needsProbe = _takesLabels = null;
        }
    }

    public bool NeedsProbe => Known(ref _needsProbe);

    public bool TakesLabels => Known(ref _takesLabels);

    public VaultProfile Probe(string keyId, CancellationToken cancellation)
    {
        Do(VaultRequest.Probe, keyId, cancellation: cancellation);
        return Profile!;
    }

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        byte[] copy = VaultMessage.NewKey(key.Utf8.Length);
        key.Utf8.CopyTo(copy);
        Do(VaultRequest.Write, keyId, label, copy, cancellation);
    }

    public void Flush() => Do(VaultRequest.Flush);

    public ApiKey Read(string keyId, CancellationToken cancellation) =>
        source.Ask(VaultRequest.Read, name, (_, key) => ApiKey.FromUtf8(key, keyId), _profile, keyId, cancellation: cancellation);

    public void Remove(string keyId, CancellationToken cancellation) => Do(VaultRequest.Remove, keyId, cancellation: cancellation);

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) => source.Ask(
        VaultRequest.List,
        name,
        IReadOnlyList<KeyVaultEntry> (answer, _) => [.. answer.GetProperty(VaultRequest.Keys).EnumerateArray()
            .Select(entry => new KeyVaultEntry(entry.GetProperty(VaultRequest.KeyId).GetString()!, VaultRequest.ToLabel(entry)))],
        _profile,
        cancellation: cancellation);

    public IReadOnlyList<string> ListSecrets(CancellationToken cancellation) => source.Ask(
        VaultRequest.ListSecrets,
        name,
        IReadOnlyList<string> (answer, _) => [.. answer.GetProperty(VaultRequest.Secrets).EnumerateArray().Select(secret => secret.GetString()!)],
        _profile,
        cancellation: cancellation);

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) =>
        Do(VaultRequest.Relabel, keyId, label, cancellation: cancellation);

    private bool Known(ref bool? fact)
    {
        if (fact is null)
        {
            Do(VaultRequest.Open);
        }

        return fact!.Value;
    }

    private void Do(string action, string? keyId = null, KeyLabel? label = null, byte[]? key = null, CancellationToken cancellation = default) =>
        source.Ask(action, name, (answer, _) => Learn(answer), _profile, keyId, label, key, cancellation);

    // What a vault refuses may be known only after the call.
    private bool Learn(JsonElement answer)
    {
        _profile = answer.Texts(VaultRequest.Profile) is { } profile ? VaultProfile.TryFrom(profile) : null;
        _takesLabels = answer.GetProperty(VaultRequest.TakesLabels).GetBoolean();
        _needsProbe = answer.GetProperty(VaultRequest.NeedsProbe).GetBoolean();
        return true;
    }
}
