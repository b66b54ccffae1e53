using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Removes configurations and their keys.</summary>
internal sealed class RemoveVerb : Verb
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "names, ids, or patterns with * and ?", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _keepKey = new("--keep-key") { Description = "leave the keys in their vaults, for other stores that share them" };

    public RemoveVerb()
        : base("remove", "Removes configurations, and their keys from their vaults.", "llmconfig remove work", "llmconfig remove 'old-*' --yes")
    {
        Take(_names, _keepKey);
    }

    public override int Run(ParseResult line, Session session)
    {
        string[] names = line.GetValue(_names)!;
        IReadOnlyList<LlmConfiguration> found = session.Select(names);

        // One that was named in full is what was meant; a pattern may match more than somebody thinks of.
        bool isMeant = found.Count == 1 && names.Length == 1 && session.Repository.Find(names[0]) is not null;
        if (found.Count == 0 && session.Output.HasFailed)
        {
            return ExitCode.Failure;
        }

        if (found.Count == 0 || (!isMeant && !MayRemove(session, found)))
        {
            session.Output.Report([], "Nothing was removed.");
            return ExitCode.Success;
        }

        var removed = new List<LlmConfiguration>();
        foreach (ChangeResult result in session.Repository.Remove([.. found.Select(item => item.Id)], line.GetValue(_keepKey)))
        {
            if (result.Error is { } error)
            {
                session.Output.Fail(error);
            }
            else
            {
                removed.Add(result.Configuration!);
            }
        }

        session.Output.Report(removed, $"Removed {string.Join(", ", removed.Select(item => $"'{item.Name}'"))}.");
        return ExitCode.Success;
    }

    private static bool MayRemove(Session session, IReadOnlyList<LlmConfiguration> found)
    {
        string names = string.Join(", ", found.Take(10).Select(item => $"'{item.Name}'")) + (found.Count > 10 ? " and others" : string.Empty);
        string what = found.Count == 1 ? names : $"{found.Count} configurations ({names})";
        string keys = found.All(item => item.KeyName is not null) ? string.Empty : " and the keys";
        return session.Confirm($"Remove {what}{keys}?")
            ?? (found.Count == 1 ? true : throw new UsageException($"This would remove {what}, and nobody can be asked here.", "Add --yes to remove them all."));
    }
}
