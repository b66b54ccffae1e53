using LlmConfig.Worker;

namespace LlmConfig.Tests;

/// <summary>The configurations of one writer as a model has them: by name, with key, model and vault.</summary>
internal sealed record WorkState(IReadOnlyDictionary<string, WorkItem> Items)
{
    public static readonly WorkState Empty = new(new Dictionary<string, WorkItem>(StringComparer.Ordinal));

    /// <summary>What a store holds of the writer with this prefix. Reads every key.</summary>
    /// <exception cref="LlmConfigException">A key is missing: it dangles.</exception>
    public static WorkState Of(LlmConfigRepository repository, string prefix)
    {
        var items = new Dictionary<string, WorkItem>(StringComparer.Ordinal);
        foreach (LlmConfiguration item in repository.GetAll().Where(item => item.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            bool isRefused = repository.GetHostProblem(item) is not null;
            using ApiKey key = isRefused ? VaultOf(repository, item).Read(item.KeyId!, default) : repository.GetKey(item.Id);
            items.Add(item.Name, new WorkItem(key.ToPlainText(), item.Model, item.Vault!, item.BaseUrl!, isRefused));
        }

        return new WorkState(items);
    }

    private static IKeyVault VaultOf(LlmConfigRepository repository, LlmConfiguration item) =>
        item.Vault == FolderVault.VaultName ? new FolderVault(repository.Folder + ".vault") : repository.BuiltIn;

    /// <summary>The state after one change.</summary>
    public WorkState After(string kind, string name, string value)
    {
        var next = new Dictionary<string, WorkItem>(Items, StringComparer.Ordinal);
        switch (kind)
        {
            case "create":
                next.Add(value, new WorkItem($"sk-test-{value}", null, LlmConfigRepository.BuiltInVault));
                break;
            case "rotate":
                next[name] = next[name] with { Key = value };
                break;
            case "model":
                next[name] = next[name] with { Model = value };
                break;
            case "rename":
                next.Remove(name, out WorkItem? item);
                next.Add(value, item!);
                break;
            case "move":
                next[name] = next[name] with { Vault = value };
                break;
            case "remove":
                next.Remove(name);
                break;
            case "edit":
                next[name] = next[name] with { BaseUrl = value, IsRefused = true };
                break;
            case "accept":
                next[name] = next[name] with { IsRefused = false };
                break;
            case "default" or "masterkey" or "lock":
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }

        return new WorkState(next);
    }

    public bool IsSameAs(WorkState other) =>
        Items.Count == other.Items.Count && Items.All(item => other.Items.TryGetValue(item.Key, out WorkItem? found) && found == item.Value);

    public override string ToString() => string.Join("; ", Items.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => $"{item.Key}: {item.Value}"));
}
