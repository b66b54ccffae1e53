namespace LlmConfig;

/// <summary>What a protector answered when it was asked whether it could keep a master key now.</summary>
public enum ProtectorState
{
    /// <summary>Ready: it can store and load a master key without asking anybody.</summary>
    Ready = 1,

    /// <summary>Not on this machine or not in this session: another operating system, no library, no session bus, no service.</summary>
    Absent = 2,

    /// <summary>The service runs but has no place to keep anything: no default collection.</summary>
    NoCollection = 3,

    /// <summary>It is there and locked.</summary>
    Locked = 4,

    /// <summary>It did not answer within the time limit.</summary>
    Hung = 5,

    /// <summary>It answered with an error.</summary>
    Failed = 6,
}

/// <summary>A protector's state with the words for people.</summary>
/// <param name="State">The state.</param>
/// <param name="Reason">One sentence that says why, fit to be shown; never a secret.</param>
public sealed record ProtectorStatus(ProtectorState State, string Reason);
