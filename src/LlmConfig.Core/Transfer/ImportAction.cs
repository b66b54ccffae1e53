namespace LlmConfig;

/// <summary>What an import does, or did, with one item.</summary>
public enum ImportAction
{
    /// <summary>Nothing: the store has it already as it would be imported.</summary>
    None = 1,

    /// <summary>A configuration is created.</summary>
    Create = 2,

    /// <summary>A configuration that is there gets other settings, another key, or both.</summary>
    Update = 3,

    /// <summary>Nothing: the store has another one of its name or id, and <see cref="ImportConflict.Skip"/> was chosen.</summary>
    Skip = 4,

    /// <summary>A configuration that came from a shared vault is removed, since the vault does not have it any more. Its key is not touched.</summary>
    Remove = 5,
}
