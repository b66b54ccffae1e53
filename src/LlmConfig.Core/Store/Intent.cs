namespace LlmConfig;

/// <summary>An intent file that this process holds: the keys in doubt until it is completed.</summary>
internal sealed class Intent(
    FileLock held, StoreFileSystem files, Guid store, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels) : IDisposable
{
    private bool _isCompleted;

    /// <summary>The id of the store whose keys it names.</summary>
    public Guid Store { get; } = store;

    /// <summary>True when this process made it.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>
    /// True when nobody else can have written what it names: it is sealed under the master key. Any other may come from anybody who
    /// can write into the folder, so the keys themselves have to show whose they are.
    /// </summary>
    public required bool IsProven { get; init; }

    /// <summary>The keys that are written or dropped: each that no configuration refers to in the end goes.</summary>
    public IReadOnlyList<KeyReference> Keys { get; } = keys;

    /// <summary>The keys that stay and whose labels are to be written anew.</summary>
    public IReadOnlyList<KeyReference> Labels { get; } = labels;

    /// <summary>Removes the file: none of its keys is in doubt any more.</summary>
    public void Complete()
    {
        files.DeleteFile(held.Path);
        _isCompleted = true;
    }

    /// <summary>Lets go of the file. One that was not completed is taken up by whoever comes next.</summary>
    public void Dispose()
    {
        if (_isCompleted)
        {
            files.Release(held.Handle);
        }
        else
        {
            held.Dispose();
        }
    }
}

/// <summary>An intent file as it was seen, without taking it over.</summary>
/// <param name="Path">The file.</param>
/// <param name="State">What became of its owner, and whether it can be read.</param>
/// <param name="Store">The store whose keys it names; none where they cannot be told.</param>
/// <param name="Keys">The keys in doubt; empty where they cannot be told.</param>
/// <param name="Labels">The keys whose labels are to be written anew.</param>
/// <param name="Seal">What shows that this store wrote it (<see cref="KeySeals"/>), or <see langword="null"/>.</param>
internal sealed record IntentSnapshot(string Path, IntentState State, Guid Store, IReadOnlyList<KeyReference> Keys, IReadOnlyList<KeyReference> Labels, string? Seal = null)
{
    /// <summary>True when it may name keys that somebody still needs and that cannot be told. A damaged one has no owner that does.</summary>
    public bool IsOpaque => State is IntentState.Newer || (State == IntentState.Live && Keys.Count + Labels.Count == 0);
}

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
