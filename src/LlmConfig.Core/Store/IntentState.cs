namespace LlmConfig;

/// <summary>What a look at an intent file found.</summary>
internal enum IntentState
{
    /// <summary>Its owner holds it: a change is under way.</summary>
    Live = 1,

    /// <summary>Its owner is dead.</summary>
    Dead = 2,

    /// <summary>Its owner is dead, and what it names cannot be told.</summary>
    Damaged = 3,

    /// <summary>Its owner is dead, and a newer version of this module wrote it.</summary>
    Newer = 4,
}
