namespace LlmConfig.Tests;

/// <summary>What a session finds in the place of its keyring.</summary>
public enum KeyringState
{
    /// <summary>No session bus: neither variable says where one is.</summary>
    None,

    /// <summary>The variable names a bus that is gone.</summary>
    DeadBus,

    /// <summary>A bus without a keyring, and none that it could start.</summary>
    NoService,

    /// <summary>A keyring that nobody has ever signed in to.</summary>
    NoCollection,

    /// <summary>A keyring that was started without a password, as after an automatic sign-in.</summary>
    LockedFromStart,

    /// <summary>A keyring that was locked while it ran.</summary>
    LockedLater,

    /// <summary>An unlocked keyring.</summary>
    Unlocked,

    /// <summary>An unlocked keyring that stopped answering.</summary>
    Hung,

    /// <summary>A bus that stopped answering, with an unlocked keyring on it.</summary>
    HungBus,

    /// <summary>A bus that lets everybody in and then says nothing: the one wait in GDBus that cannot be cancelled.</summary>
    MuteBus,
}
