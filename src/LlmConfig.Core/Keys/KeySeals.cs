using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>
/// Ties each key to the place that it may be sent to: an authentication code in <c>llm_config.json</c>, under a key that is derived
/// from the master key of the built-in vault, over the configuration, its key, provider, host and header style. Whoever can write
/// the file, but does not have the master key, can make no key go elsewhere.
/// </summary>
internal sealed class KeySeals(LocalVault local)
{
    // Else each call looks whether the vault is still the one that was opened.
    private bool _looksOnce;
    private bool _looked;
    private bool _maySeal;

    private static ReadOnlySpan<byte> Purpose => "LlmConfig key seal 1"u8;

    /// <summary>True when both states of a configuration send the same key to the same place in the same way.</summary>
    public static bool SendAlike(LlmConfiguration one, LlmConfiguration other) =>
        one.Id == other.Id
        && one.Key == other.Key
        && one.KeyStoreId == other.KeyStoreId
        && LeadAlike(one, other);

    /// <summary>True when both send whatever key they have to the same place in the same way.</summary>
    public static bool LeadAlike(LlmConfiguration one, LlmConfiguration other) =>
        one.Provider == other.Provider && Host(one) == Host(other) && one.UseAuthHeader == other.UseAuthHeader;

    /// <summary>The same for work that needs one look at the vault: under a lock that no exchange of the master key passes, or on what was read just now.</summary>
    /// <param name="looked">True where the vault was opened or looked at for this work already.</param>
    public KeySeals ForOneLook(bool looked = false) => new(local) { _looksOnce = true, _looked = looked };

    /// <summary>The configuration with a seal of where it sends its key.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public LlmConfiguration Seal(LlmConfiguration item)
    {
        string host = Host(item);
        var seal = new KeySeal(host, Code(Parts(item, host)));
        return item.Seal == seal ? item : item with { Seal = seal };
    }

    /// <summary>The code by which a store knows the master key of its vault.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public SealCode SealOf(Guid storeId) => Code(Parts(storeId));

    /// <summary>Throws where the vault is another one than that of the store's keys: a new key would be sealed for whoever put it there.</summary>
    /// <param name="document">What the store holds.</param>
    /// <param name="acceptOther">True where the user wants to go on with this vault.</param>
    /// <returns>The code by which the store knows the vault from now on.</returns>
    /// <exception cref="LlmConfigException">VaultCorrupt: it is another one; VaultLocked, VaultUnavailable.</exception>
    public SealCode RequireOwnVault(ConfigDocument document, bool acceptOther)
    {
        // Before one is made: the keys that the store had are in the one that is missing.
        if (!acceptOther && !_maySeal && document.Configurations.Any(item => item.Key is not null) && !local.TryOpen())
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultCorrupt,
                LocalVault.VaultName,
                "The built-in vault is gone, although the store has keys that were sealed with it.",
                "Put the folder 'vault' back from a backup of the store's folder. If it is gone for good, accept a new one with Set-LlmConfig -AcceptHost for each configuration.");
        }

        SealCode code = SealOf(document.StoreId);
        return acceptOther || code == document.Seal || Knows(document) || !document.Configurations.Any(item => item.Key is not null)
            ? code
            : throw new LlmConfigException(
                LlmConfigErrorCode.VaultCorrupt,
                LocalVault.VaultName,
                "The built-in vault is not the one that the keys of this store were sealed with: its header or its master key was exchanged, or made anew.",
                "Put the vault's folder back from a backup of the store's folder. If you made the vault anew, accept it with Set-LlmConfig -AcceptHost for each configuration.");
    }

    /// <summary>True where the vault is the one that the store's keys were sealed with.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: it cannot be told.</exception>
    public bool Knows(ConfigDocument document) => document.Seal is { } seal && Confirms(Parts(document.StoreId), seal);

    /// <summary>Throws unless the key may go where the configuration says.</summary>
    /// <exception cref="LlmConfigException">HostMismatch; VaultLocked, VaultUnavailable, VaultCorrupt: it cannot be told.</exception>
    public void Require(LlmConfiguration item)
    {
        if (Check(item) is { } problem)
        {
            throw new LlmConfigException(LlmConfigErrorCode.HostMismatch, item.Name, problem, Remedy);
        }
    }

    /// <summary>What to do about what <see cref="Check"/> says.</summary>
    public const string Remedy =
        $"If you made this change, accept it with Set-LlmConfig -AcceptHost. Else put {StorePaths.ConfigFileName} back from a backup, or the old values into it.";

    /// <summary>Why the key may not go where the configuration says, naming both hosts; <see langword="null"/> when it may, and without a key.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: it cannot be told.</exception>
    public string? Check(LlmConfiguration item)
    {
        if (item.Key is null)
        {
            return null;
        }

        string host = Host(item);
        return item.Seal is not { } seal
                ? $"The key of '{item.Name}' would go to {Shown(host)}, but {StorePaths.ConfigFileName} does not say for which host it was stored."
            : !Confirms(Parts(item, seal.Host), seal.Code)
                ? $"The key of '{item.Name}' would go to {Shown(host)}, but not as it was stored{(seal.Host == host ? string.Empty : $" (for {Shown(seal.Host)}, as the file says)")}: its provider, host, header style, key or id was changed outside of this program, or the vault is another one."
            : seal.Host != host
                ? $"The key of '{item.Name}' was stored for {Shown(seal.Host)}, but would go to {Shown(host)}: the base URL was changed outside of this program."
            : null;
    }

    /// <summary>
    /// Why what a vault gives is not the key of the configuration; <see langword="null"/> when it is. The built-in vault seals a key
    /// together with its id; of others the fingerprint tells whether they give what they were given.
    /// </summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: it cannot be told.</exception>
    public LlmConfigException? Difference(LlmConfiguration item, ApiKey key) =>
        item.KeyFingerprint is not { } fingerprint || KeyVaults.IsBuiltIn(item.Vault!) || local.HasFingerprint(key, fingerprint) ? null : new LlmConfigException(
            LlmConfigErrorCode.InvalidKey,
            item.Name,
            $"What the vault '{DisplayText.Of(item.Vault!)}' gives as the key of '{item.Name}' is not the key that it was given: "
                + "somebody changed it there, or the vault mixes something else into it.",
            "If it was changed on purpose, set it here too with Set-LlmConfig -AskApiKey. Nothing was removed.");

    /// <summary>What was accepted is not what the file says at the commit.</summary>
    /// <param name="accepted">The configuration as it was when somebody accepted where its key goes.</param>
    /// <param name="now">The same as the file has it now.</param>
    public static LlmConfigException ChangedSinceAccepted(LlmConfiguration accepted, LlmConfiguration now) => new(
        LlmConfigErrorCode.HostMismatch,
        now.Name,
        $"It was accepted that the key of '{now.Name}' goes to {Shown(Host(accepted))}, but {StorePaths.ConfigFileName} was changed since: "
        + (Host(accepted) == Host(now) ? $"the host is the same, {Shown(Host(now))}, the provider, header style or key is another." : $"it would go to {Shown(Host(now))}."),
        "Nothing was changed. Look at who changes the file, then run the command again.");

    /// <summary>A seal of what an intent names; <see langword="null"/> where the vault cannot be opened now.</summary>
    public string? TrySealIntent(Guid storeId, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels)
    {
        try
        {
            return local.Authenticate(Purpose, Parts(storeId, keys, labels)) is { } code ? Convert.ToBase64String(code) : null;
        }
        catch (LlmConfigException)
        {
            return null;
        }
    }

    /// <summary>True when <see cref="TrySealIntent"/> gave this seal; false also where that cannot be told now.</summary>
    public bool ConfirmsIntent(Guid storeId, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels, string seal)
    {
        try
        {
            Span<byte> code = stackalloc byte[SealCode.Size];
            return Convert.TryFromBase64String(seal, code, out int size) && size == SealCode.Size && local.Confirms(Purpose, Parts(storeId, keys, labels), code);
        }
        catch (LlmConfigException)
        {
            return false;
        }
    }

    /// <summary>Where a configuration leads, as a seal has it.</summary>
    public static string Host(LlmConfiguration item) => BaseUrl.Origin(item.BaseUrl) ?? string.Empty;

    private static string Shown(string host) => host.Length == 0 ? "an unknown host" : DisplayText.Of(host);

    private static byte[] Parts(Guid storeId) => LengthPrefixed.Join(storeId.ToString("D"));

    // The first part of no other seal is this word.
    private static byte[] Parts(Guid storeId, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels) => LengthPrefixed.Join(
    [
        "intent",
        storeId.ToString("D"),
        .. keys.SelectMany(key => new[] { key.Vault, key.KeyId }),
        "labels",
        .. labels.SelectMany(key => new[] { key.Vault, key.KeyId }),
    ]);

    private static byte[] Parts(LlmConfiguration item, string host) => LengthPrefixed.Join(
        item.Id.ToString("D"),
        item.Vault!,
        item.KeyId!,
        item.KeyStoreId?.ToString("D") ?? string.Empty,
        item.Provider,
        host,
        item.UseAuthHeader ? "true" : "false");

    private SealCode Code(byte[] parts)
    {
        if (!_maySeal)
        {
            local.Make(renew: false, CancellationToken.None);
            _looked = _maySeal = _looksOnce;
        }

        return new SealCode(local.Authenticate(Purpose, parts, JustOpened())!);
    }

    private bool Confirms(byte[] parts, SealCode code) => local.Confirms(Purpose, parts, code.ToArray(), JustOpened());

    private bool JustOpened()
    {
        bool looked = _looked;
        _looked = _looksOnce;
        return looked;
    }
}

/// <summary>Where the key of a configuration may go, as the store sealed it (<see cref="KeySeals"/>).</summary>
/// <param name="Host">The host that the key was stored for, for people: the code says whether it is true.</param>
/// <param name="Code">The authentication code.</param>
internal sealed record KeySeal(string Host, SealCode Code);

/// <summary>An authentication code of <see cref="KeySeals"/>: as numbers, which take less room than a text in each of many configurations.</summary>
/// <param name="First">The first 16 bytes.</param>
/// <param name="Last">The other 16.</param>
internal readonly record struct SealCode(UInt128 First, UInt128 Last)
{
    /// <summary>The size in bytes: that of HMAC-SHA256.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    public SealCode(ReadOnlySpan<byte> bytes)
        : this(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[(Size / 2)..]))
    {
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, First);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(Size / 2), Last);
        return bytes;
    }

    /// <summary>In base64, as it stands in <c>llm_config.json</c>.</summary>
    public override string ToString() => Convert.ToBase64String(ToArray());
}

/// <summary>What a change of a configuration does to the seal of its key.</summary>
internal enum Sealing
{
    /// <summary>The key is sealed for where it goes now, if the seal that it has is true.</summary>
    Checked,

    /// <summary>The key is sealed for where it goes now, whatever its seal says: what lies beside it in the built-in vault says the same.</summary>
    Vouched,

    /// <summary>The key is sealed for where it goes now, whatever its seal says: somebody accepted that.</summary>
    Accepted,

    /// <summary>The seal stays: a key that nobody vouches for is not given out until its host was accepted.</summary>
    Kept,
}
