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
}
