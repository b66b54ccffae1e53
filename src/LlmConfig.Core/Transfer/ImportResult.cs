namespace LlmConfig;

/// <summary>What became of one item of an import.</summary>
/// <param name="Step">The step as it was planned.</param>
/// <param name="Action">What was done, which another process may have made different from what was planned.</param>
/// <param name="Configuration">
/// The configuration after the import (before it, where it was removed); <see langword="null"/> when it failed.
/// </param>
/// <param name="Error">Why it failed, or <see langword="null"/>. The other items are not affected.</param>
public sealed record ImportResult(ImportStep Step, ImportAction Action, LlmConfiguration? Configuration, LlmConfigException? Error)
{
    /// <summary>The configuration that had the name before and has another one now, as it is now; <see langword="null"/> where there was none.</summary>
    public LlmConfiguration? RenamedConfiguration { get; internal init; }

    /// <summary>The configuration that had the name before and was removed, as it was; its key is another store's, or it had none. <see langword="null"/> where there was none.</summary>
    public LlmConfiguration? RemovedConfiguration { get; internal init; }
}
