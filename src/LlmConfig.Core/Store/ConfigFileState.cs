namespace LlmConfig;

/// <summary>What a look at <c>llm_config.json</c> or its backup found.</summary>
internal enum ConfigFileState
{
    Absent = 1,

    /// <summary>It validates.</summary>
    Good = 2,

    /// <summary>It does not parse, breaks a rule, or is too large.</summary>
    Damaged = 3,

    /// <summary>A newer version of this module wrote it.</summary>
    Newer = 4,

    /// <summary>It is a link, another user's, or cannot be read at all.</summary>
    Refused = 5,
}
