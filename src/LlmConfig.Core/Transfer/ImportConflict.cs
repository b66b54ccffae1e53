namespace LlmConfig;

/// <summary>What an import does where the store has a configuration of the same id or the same name already.</summary>
public enum ImportConflict
{
    /// <summary>It is an error of its own (DuplicateName); the other items of the import are not affected.</summary>
    Error = 1,

    /// <summary>What the store has stays as it is.</summary>
    Skip = 2,

    /// <summary>
    /// What the store has gets the settings that are imported, and the key where one comes along; without one it keeps its
    /// own. Its id stays.
    /// </summary>
    Replace = 3,

    /// <summary>What is imported gets a name that is free: <c>work (2)</c>.</summary>
    Rename = 4,
}
