namespace LlmConfig.Cli;

/// <summary>Removes configurations and their keys.</summary>
internal sealed class RemoveVerb() : Verb(
    "remove",
    "Removes configurations, and their keys from their vaults.",
    ["llmconfig remove work", "llmconfig remove 'old-*' --yes"],
    Several("NAME", "names, ids, or patterns with * and ?", required: true),
    Flag("--keep-key", "leave the keys in their vaults, for other stores that share them"))
{
    public override void Run(Session session)
    {
        string[] names = session.Line.Texts("NAME");
        IReadOnlyList<LlmConfiguration> found = session.Select(names);
        if (found.Count == 0 && session.Output.HasFailed)
        {
            return;
        }

        // One that was named in full is what was meant; a pattern may match more than somebody thinks of.
        bool isMeant = found.Count == 1 && names.Length == 1 && (session.Repository.Find(names[0]) is not null || Guid.TryParse(names[0], out _));
        if (found.Count == 0 || (!isMeant && !MayRemove(session, found)))
        {
            session.Output.Report([], "Nothing was removed.");
            return;
        }

        IReadOnlyList<ChangeResult> results = session.Repository.Remove([.. found.Select(item => item.Id)], session.Line.Flag("--keep-key"));
        session.Output.Fail(results.Select(result => result.Error));
        List<LlmConfiguration> removed = [.. results.Where(result => result.Error is null).Select(result => result.Configuration!)];
        session.Output.Report(removed, $"Removed {string.Join(", ", removed.Select(item => $"'{item.Name}'"))}.");
    }

    private static bool MayRemove(Session session, IReadOnlyList<LlmConfiguration> found)
    {
        string names = string.Join(", ", found.Take(10).Select(item => $"'{item.Name}'")) + (found.Count > 10 ? " and others" : string.Empty);
        string what = found.Count == 1 ? names : $"{found.Count} configurations ({names})";
        string keys = found.All(item => item.KeyName is not null) ? string.Empty : " and the keys";
        return session.Confirm($"Remove {what}{keys}?")
            ?? throw new UsageException($"This would remove {what}, and nobody can be asked here.", "Add --yes to remove what matches.");
    }
}
