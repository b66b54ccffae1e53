namespace LlmConfig;

/// <summary>How a check came out.</summary>
public enum CheckStatus
{
    /// <summary>Nothing to do.</summary>
    Ok = 0,

    /// <summary>Nothing is lost and everything works, but somebody should look at it.</summary>
    Warning = 1,

    /// <summary>Something does not work, or a key could be read by others.</summary>
    Error = 2,

    /// <summary>It cannot be told: a vault is locked, does not answer, or says nothing of it.</summary>
    Unknown = 3,
}
