namespace LlmConfig.Commands;

/// <summary>How Import-LlmConfig brings a store to a desired state.</summary>
public enum DesiredStateMode
{
    /// <summary>What the state does not describe stays.</summary>
    Merge = 1,

    /// <summary>What an earlier run of the same state made, and it does not describe any more, is removed.</summary>
    Exact = 2,
}
