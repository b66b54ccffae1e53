namespace LlmConfig.Tests;

/// <summary>One change that somebody makes who can write the files of a store, or the labels of a shared vault, but has no master key.</summary>
/// <param name="Name">What is changed, and how.</param>
/// <param name="Files">The files that it changes, by their paths in the store; none for a label.</param>
/// <param name="Apply">Makes it.</param>
internal sealed record Attack(string Name, IReadOnlySet<string> Files, Action<AttackedStore> Apply)
{
    /// <summary>Other content for one file; <see langword="null"/> removes it.</summary>
    public static Attack OnFile(string name, string file, byte[]? content) =>
        new($"{file}: {name}", new HashSet<string> { file }, store => store.Put(file, content));

    /// <summary>Another label beside a key of the shared vault; <see langword="null"/> removes it.</summary>
    public static Attack OnLabel(string name, string keyId, KeyLabel? label) => new($"label: {name}", new HashSet<string>(), store =>
    {
        if (label is null)
        {
            store.Far.Labels.TryRemove(keyId, out _);
        }
        else
        {
            store.Far.Labels[keyId] = label;
        }
    });
}
