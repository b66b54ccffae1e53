using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>A registered vault, served by PowerShell. What the module's adapter promises holds: it is the one that does the work.</summary>
/// <param name="name">Its name as it is registered.</param>
/// <param name="source">What asks PowerShell.</param>
internal sealed class PwshVault(string name, PwshVaultSource source) : IProbedVault
{
    private VaultProfile? _profile;
    private bool? _needsProbe;

    public string Name => name;

    public VaultProfile? Profile
    {
        get => _profile;
        set
        {
            // What the vault needs and takes is answered by what is known of it.
            _profile = value;
            _needsProbe = null;
        }
    }

    public bool NeedsProbe
    {
        get
        {
            if (_needsProbe is null)
            {
                Ask(VaultRequest.Open, null, null, [], CancellationToken.None);
            }

            return _needsProbe!.Value;
        }
    }

    public bool TakesLabels
    {
        get
        {
            if (_needsProbe is null)
            {
                Ask(VaultRequest.Open, null, null, [], CancellationToken.None);
            }

            return field;
        }

        private set;
    }

    public VaultProfile Probe(string keyId, CancellationToken cancellation)
    {
        Ask(VaultRequest.Probe, keyId, null, [], cancellation);
        return Profile!;
    }

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        byte[] copy = VaultMessage.NewKey(key.Utf8.Length);
        key.Utf8.CopyTo(copy);
        Ask(VaultRequest.Write, keyId, label, copy, cancellation);
    }

    public void Flush() => Ask(VaultRequest.Flush, null, null, [], CancellationToken.None);

    public ApiKey Read(string keyId, CancellationToken cancellation) =>
        source.Ask(VaultRequest.Read, name, _profile, keyId, null, [], (_, key) => ApiKey.FromUtf8(key, keyId), cancellation);

    public void Remove(string keyId, CancellationToken cancellation) => Ask(VaultRequest.Remove, keyId, null, [], cancellation);

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) =>
        source.Ask(VaultRequest.List, name, _profile, null, null, [], (answer, _) => Keys(answer), cancellation);

    public IReadOnlyList<string> ListSecrets(CancellationToken cancellation) => source.Ask(
        VaultRequest.ListSecrets,
        name,
        _profile,
        null,
        null,
        [],
        (answer, _) => (IReadOnlyList<string>)[.. answer.GetProperty(VaultRequest.Secrets).EnumerateArray().Select(secret => secret.GetString()!)],
        cancellation);

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) => Ask(VaultRequest.Relabel, keyId, label, [], cancellation);

    private static IReadOnlyList<KeyVaultEntry> Keys(JsonElement answer) =>
    [
        .. answer.GetProperty(VaultRequest.Keys).EnumerateArray().Select(entry => new KeyVaultEntry(
            entry.GetProperty(VaultRequest.KeyId).GetString()!,
            entry.TryGetProperty(VaultRequest.Label, out JsonElement label)
                ? KeyLabel.TryFrom(label.EnumerateObject().ToDictionary(property => property.Name, property => (object?)property.Value.GetString(), StringComparer.OrdinalIgnoreCase))
                : null)),
    ];

    private void Ask(string action, string? keyId, KeyLabel? label, byte[] key, CancellationToken cancellation) =>
        source.Ask(action, name, _profile, keyId, label, key, (answer, _) => Learn(answer), cancellation);

    // What a vault refuses may be known only after the call.
    private bool Learn(JsonElement answer)
    {
        _profile = answer.TryGetProperty(VaultRequest.Profile, out JsonElement profile)
            ? VaultProfile.TryFrom(profile.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!, StringComparer.Ordinal))
            : null;
        TakesLabels = answer.GetProperty(VaultRequest.TakesLabels).GetBoolean();
        _needsProbe = answer.GetProperty(VaultRequest.NeedsProbe).GetBoolean();
        return true;
    }
}
