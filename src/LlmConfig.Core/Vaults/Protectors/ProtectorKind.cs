namespace LlmConfig;

/// <summary>What keeps the master key of the built-in vault. The name of the member is what the vault's header holds.</summary>
public enum ProtectorKind
{
    /// <summary>A file that only its owner may read (mode 0600). For servers, containers and CI.</summary>
    KeyFile = 1,

    /// <summary>Windows: the Data Protection API, bound to the user's account.</summary>
    Dpapi = 2,

    /// <summary>macOS: the user's login keychain.</summary>
    Keychain = 3,

    /// <summary>Linux desktop: a Secret Service such as gnome-keyring or KWallet, through libsecret.</summary>
    SecretService = 4,

    /// <summary>A passphrase that a person or another program gives. For machines with nothing but files.</summary>
    Passphrase = 5,
}
