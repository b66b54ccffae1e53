namespace LlmConfig;

/// <summary>
/// What went wrong, as a program tests it. The name of the member is the error id that the cmdlets write and the
/// <c>code</c> of <c>llmconfig --json</c>; names and numbers never change their meaning.
/// </summary>
public enum LlmConfigErrorCode
{
    /// <summary>No configuration has the name or id that was asked for.</summary>
    NotFound = 1,

    /// <summary>Another configuration has this name already; case and surrounding spaces make no difference.</summary>
    DuplicateName = 2,

    /// <summary>The name is empty, longer than 100 characters, shaped like a UUID, or holds a character that does not print; or the name of a model does.</summary>
    InvalidName = 3,

    /// <summary>The catalogue has no such provider.</summary>
    UnknownProvider = 4,

    /// <summary>The base URL is missing where the provider has no default, or is not an absolute http or https URL without user info and fragment.</summary>
    InvalidBaseUrl = 5,

    /// <summary>The base URL is plain http to a host other than loopback, and that was not allowed explicitly.</summary>
    InsecureBaseUrl = 6,

    /// <summary>The key is empty, blank, over 16 KiB, or holds a control character; or the place it should come from has none.</summary>
    InvalidKey = 7,

    /// <summary>The configuration has no key, or its vault does not have the key that the configuration names.</summary>
    KeyMissing = 8,

    /// <summary>A file of the store does not parse or does not validate. It is never overwritten.</summary>
    StoreCorrupt = 9,

    /// <summary>A file of the store was written by a newer version of this product. It is never overwritten.</summary>
    StoreVersionUnsupported = 10,

    /// <summary>Another process held the store's lock for the whole waiting time of 10 seconds.</summary>
    StoreBusy = 11,

    /// <summary>The operating system refused access to the store.</summary>
    StoreAccessDenied = 12,

    /// <summary>The disk, or the user's quota on it, is full.</summary>
    StoreFull = 13,

    /// <summary>The store cannot be used safely: no usable home folder, another owner, a link or device in the place of a file, or file locks that do not hold.</summary>
    StoreUnsafe = 14,

    /// <summary>No vault of this name is known.</summary>
    VaultNotFound = 15,

    /// <summary>The vault, or what protects it, did not answer or failed. No key was lost.</summary>
    VaultUnavailable = 16,

    /// <summary>The vault, or the keyring that protects it, is locked. No key was lost.</summary>
    VaultLocked = 17,

    /// <summary>A file of the built-in vault is damaged, or its master key is gone or is another vault's.</summary>
    VaultCorrupt = 18,

    /// <summary>A registered vault was named, but Microsoft.PowerShell.SecretManagement is not available here.</summary>
    SecretManagementMissing = 19,

    /// <summary>The key would go to a host, or in a way, that it was not stored for: the file was changed outside of this product. The key is not given out.</summary>
    HostMismatch = 20,

    /// <summary>
    /// <c>llm_config.json</c> is older than the one that was committed last: keys that were rotated or removed since may be in it. Its
    /// settings can be read; no key is given out, and nothing is changed.
    /// </summary>
    StoreOutdated = 21,

    /// <summary>A command was given more arguments than it takes, or a value that a setting cannot have. It is not repeated, since it may be a key.</summary>
    InvalidArgument = 22,
}
