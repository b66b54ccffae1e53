using System.CommandLine;
using System.Security;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>Writes configurations to a file, with their keys only under a password.</summary>
internal sealed class ExportVerb : Verb
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "names, ids, or patterns with * and ?; all without one", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _file = new("--output", "-o") { Description = "the file; standard output without one", HelpName = "FILE" };
    private readonly Option<bool> _keys = new("--include-keys") { Description = "export the keys too, sealed with a password" };
    private readonly Option<bool> _force = new("--force") { Description = "replace a file that is there" };
    private readonly PasswordInput _password = new();

    public ExportVerb()
        : base("export", "Writes configurations to a file, without their keys or with their keys under a password.", "llmconfig export --output llm.json", "llmconfig export 'team*' --include-keys --output team.json")
    {
        Take([_names, _file, _keys, _force, .. _password.Options]);
    }

    public override int Run(ParseResult line, Session session)
    {
        string? file = line.GetValue(_file);
        bool withKeys = line.GetValue(_keys);
        bool hasPassword = _password.IsGiven(line);
        if (hasPassword && !withKeys)
        {
            throw new UsageException("A password was given, but nothing is exported that it would protect.", "Add --include-keys to export the keys too, or leave the password out.");
        }

        if (withKeys && !hasPassword && !session.CanAsk)
        {
            throw new UsageException("Keys leave the store only under a password.", "Give one with --password-file, --password-env or --password-stdin.");
        }

        IReadOnlyList<Guid> ids = [.. session.Select(line.GetValue(_names) ?? []).Select(item => item.Id)];
        if (session.Output.HasFailed)
        {
            // An export that lacks what was asked for would be taken for a whole one.
            return ExitCode.Failure;
        }

        using SecureString? password = !withKeys ? null : _password.Read(line, session) ?? PasswordInput.Ask(session, "Password of 8 characters or more (not shown): ");
        byte[] content = password is not null ? session.Repository.Export(ids, password) : session.Repository.Export(ids);
        if (file is null)
        {
            session.Output.ShowText(Encoding.UTF8.GetString(content).TrimEnd('\n'));
            return ExitCode.Success;
        }

        session.Repository.WriteExport(file.Length > 0 ? file : throw new UsageException("--output needs the path of a file."), content, line.GetValue(_force));
        session.Output.Done($"Exported {ids.Count} configurations{(withKeys ? " with their keys, sealed" : ", without keys")}.");
        return ExitCode.Success;
    }
}
