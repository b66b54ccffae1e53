using System.Globalization;

namespace LlmConfig.Cli;

/// <summary>Looks at the store, its vaults and its keys, and changes nothing.</summary>
internal sealed class TestVerb() : Verb(
    "test",
    "Looks at the store, its vaults and its keys, and changes nothing.",
    ["llmconfig test", "llmconfig test work --online", "llmconfig test work --tool codex", "llmconfig test --desired-state desired.json", "llmconfig test --quiet --max-key-age 90"],
    Several("NAME", "only the checks of these; everything without one"),
    Flag("--online", "ask the providers also whether the keys work"),
    Value("--tool", "TOOL", "look instead what this tool would use, here and now"),
    Value("--desired-state", "FILE", "look instead whether the store is as this file describes it"),
    Flag("--quiet", "show nothing; the exit code says it", "-q"),
    Value("--max-key-age", "DAYS", "warn of keys that were set longer ago"))
{
    public override string Remark => "Exit code: 0 where everything works (there may be warnings), 1 where something does not.";

    public override void Run(Session session)
    {
        string[] names = session.Line.Texts("NAME");
        TimeSpan? age = session.Line.Text("--max-key-age") is not { } days ? null
            : double.TryParse(days, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number is > 0 and <= 100_000 ? TimeSpan.FromDays(number)
            : throw new UsageException("--max-key-age takes a number of days.");
        IReadOnlyList<Guid>? ids = names.Length == 0 ? null : [.. session.Select(names).Select(item => item.Id)];
        using DesiredState? wanted = session.Line.Text("--desired-state") is { } file ? DesiredState.FromFile(file) : null;
        List<CheckResult> results = wanted is not null ? [.. session.Repository.CheckDesiredState(wanted)]
            : session.Line.Text("--tool") is { } tool ? CheckTool(session, ids, LlmToolCatalog.Get(tool)) : ids is { Count: 0 } ? []
            : [.. session.Repository.Check(ids, age), .. session.Line.Flag("--online") ? session.Repository.CheckOnline(ids) : []];
        if (!session.Line.Flag("--quiet"))
        {
            session.Output.Show(results, Views.Check);
        }

        session.Code = results.Exists(result => result.IsFailure()) ? ExitCode.Failure : ExitCode.Success;
    }

    private static List<CheckResult> CheckTool(Session session, IReadOnlyList<Guid>? ids, LlmTool tool) =>
        [.. (ids ?? [session.Repository.RequireDefault().Id]).SelectMany(id => session.Repository.CheckTool(id, new ToolUse(tool, session.KeyCommand)))];
}
