using System.Security;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>Writes configurations to a file, with their keys only under a password.</summary>
internal sealed class ExportVerb() : Verb(
    "export",
    "Writes configurations to a file, without their keys or with their keys under a password.",
    ["llmconfig export --output llm.json", "llmconfig export 'team*' --include-keys --output team.json"],
    [
        Several("NAME", "names, ids, or patterns with * and ?; all without one"),
        Value("--output", "FILE", "the file; standard output without one", "-o"),
        Flag("--include-keys", "export the keys too, sealed with a password"),
        Flag("--force", "replace a file that is there"),
        .. SecretInput.PasswordOptions,
    ])
{
    public override void Run(Session session)
    {
        string? file = session.Line.Text("--output");
        bool withKeys = session.Line.Flag("--include-keys");
        bool hasPassword = SecretInput.NamesPassword(session.Line);
        if (hasPassword && !withKeys)
        {
            throw new UsageException("A password was given, but nothing is exported that it would protect.", "Add --include-keys to export the keys too, or leave the password out.");
        }

        if (withKeys && !hasPassword && !session.CanAsk)
        {
            throw new UsageException("Keys leave the store only under a password.", "Give one with --password-file, --password-env or --password-stdin.");
        }

        IReadOnlyList<Guid> ids = [.. session.Select(session.Line.Texts("NAME")).Select(item => item.Id)];
        if (session.Output.HasFailed)
        {
            // An export that lacks what was asked for would be taken for a whole one.
            return;
        }

        using SecureString? password = !withKeys ? null
            : SecretInput.ReadPassword(session) ?? SecretInput.AskForPassword(session, "Password of 8 characters or more (not shown): ");
        byte[] content = password is not null ? session.Repository.Export(ids, password) : session.Repository.Export(ids);
        if (file is null)
        {
            session.Output.ShowText(Encoding.UTF8.GetString(content).TrimEnd('\n'));
            return;
        }

        session.Repository.WriteExport(file.Length > 0 ? file : throw new UsageException("--output needs the path of a file."), content, session.Line.Flag("--force"));
        session.Output.Done($"Exported {(ids.Count == 1 ? "1 configuration" : $"{ids.Count} configurations")}{(withKeys ? " with their keys, sealed" : ", without keys")}.");
    }
}
