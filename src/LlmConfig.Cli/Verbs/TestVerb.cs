using System.CommandLine;
using System.Globalization;

namespace LlmConfig.Cli;

/// <summary>Looks at the store, its vaults and its keys, and changes nothing.</summary>
internal sealed class TestVerb : Verb
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "only the checks of these; everything without one", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _online = new("--online") { Description = "ask the providers also whether the keys work" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "show nothing; the exit code says it" };
    private readonly Option<string> _age = new("--max-key-age") { Description = "warn of keys that were set longer ago", HelpName = "DAYS" };

    public TestVerb()
        : base("test", "Looks at the store, its vaults and its keys, and changes nothing.", "llmconfig test", "llmconfig test work --online", "llmconfig test --quiet --max-key-age 90")
    {
        Take(_names, _online, _quiet, _age);
    }

    public override string Remark => "Exit code: 0 where everything works (there may be warnings), 1 where something does not.";

    public override int Run(ParseResult line, Session session)
    {
        string[] names = line.GetValue(_names) ?? [];
        TimeSpan? age = line.GetValue(_age) is not { } days ? null
            : double.TryParse(days, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number is > 0 and <= 100_000 ? TimeSpan.FromDays(number)
            : throw new UsageException("--max-key-age takes a number of days.");
        IReadOnlyList<Guid>? ids = names.Length == 0 ? null : [.. session.Select(names).Select(item => item.Id)];
        var results = new List<CheckResult>();
        if (ids is not { Count: 0 })
        {
            results.AddRange(session.Repository.Check(ids, age));
            results.AddRange(line.GetValue(_online) ? session.Repository.CheckOnline(ids) : []);
        }

        if (!line.GetValue(_quiet))
        {
            session.Output.Show(results, new CheckView());
        }

        return results.Exists(result => result.IsFailure()) ? ExitCode.Failure : ExitCode.Success;
    }
}
