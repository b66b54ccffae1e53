namespace LlmConfig;

/// <summary>An intent file as it was seen, without taking it over.</summary>
/// <param name="Path">The file.</param>
/// <param name="State">What became of its owner, and whether it can be read.</param>
/// <param name="Store">The store whose keys it names; none where they cannot be told.</param>
/// <param name="Keys">The keys in doubt; empty where they cannot be told.</param>
/// <param name="Labels">The keys whose labels are to be written anew.</param>
/// <param name="Seal">What shows that this store wrote it (<see cref="KeySeals"/>), or <see langword="null"/>.</param>
internal sealed record IntentLook(string Path, IntentState State, Guid Store, IReadOnlyList<KeyReference> Keys, IReadOnlyList<KeyReference> Labels, string? Seal = null)
{
    /// <summary>True when it may name keys that somebody still needs and that cannot be told. A damaged one has no owner that does.</summary>
    public bool IsOpaque => State is IntentState.Newer || (State == IntentState.Live && Keys.Count + Labels.Count == 0);
}
