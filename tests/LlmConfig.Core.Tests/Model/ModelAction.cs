namespace LlmConfig.Tests;

internal enum ModelAction
{
    Create = 1,
    CreateMany = 2,
    Rotate = 3,
    TakeKeyAway = 4,
    Rename = 5,
    ChangeModel = 6,
    Move = 7,
    MakeDefault = 8,
    Remove = 9,
    RemoveMany = 10,
    ChooseVault = 11,
    ChangeProtector = 12,

    /// <summary>A new process.</summary>
    Reopen = 13,

    /// <summary>The other vault goes offline, or comes back.</summary>
    ToggleVault = 14,

    /// <summary>One of the next calls into the file system will fail.</summary>
    BreakDisk = 15,
}
