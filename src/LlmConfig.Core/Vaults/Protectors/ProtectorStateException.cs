namespace LlmConfig;

/// <summary>
/// Why a protector cannot serve now. It never leaves the protectors: <see cref="IMasterKeyProtector.GetStatus()"/> turns
/// it into a status, everything else into a <see cref="LlmConfigException"/>, so that both say the same.
/// </summary>
#pragma warning disable CA1064 // Nobody outside is meant to catch it.
internal sealed class ProtectorStateException(ProtectorState state, string reason, string remedy, Exception? cause = null)
#pragma warning restore CA1064
    : Exception(reason, cause)
{
    /// <summary>The state; never <see cref="ProtectorState.Ready"/>.</summary>
    public ProtectorState State { get; } = state;

    /// <summary>As the answer to "could you serve?".</summary>
    public ProtectorStatus ToStatus() => new(State, Message);

    /// <summary>As the error of a call that needed the protector.</summary>
    public LlmConfigException ToError() => new(
        State == ProtectorState.Locked ? LlmConfigErrorCode.VaultLocked : LlmConfigErrorCode.VaultUnavailable,
        "LlmConfig",
        Message,
        remedy,
        InnerException);
}
