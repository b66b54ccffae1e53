namespace LlmConfig.Tests;

/// <summary>What happens at the chosen call.</summary>
public enum FaultKind
{
    /// <summary>The process dies before the call is made: neither it nor any later call happens.</summary>
    CrashBefore = 1,

    /// <summary>The process dies right after the call was made.</summary>
    CrashAfter = 2,

    /// <summary>The call fails with EIO and the process lives on.</summary>
    InputOutputError = 3,

    /// <summary>The call fails with ENOSPC and the process lives on.</summary>
    DiskFull = 4,

    /// <summary>Half of a write reaches the disk, the rest fails with ENOSPC, and the process lives on. Writes only.</summary>
    ShortWrite = 5,

    /// <summary>The process dies when half of a write has reached the disk. Writes only.</summary>
    CrashInWrite = 6,

    /// <summary>The vault or the keyring says that it is locked. Calls into these only.</summary>
    VaultThrows = 7,

    /// <summary>
    /// The vault hangs until the user has enough: the operation is cancelled where it can be, else its process is ended. Calls
    /// into a vault only; the protectors answer within a time limit of their own.
    /// </summary>
    VaultHangs = 8,
}
