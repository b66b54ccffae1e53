namespace LlmConfig.Cli;

/// <summary>Searches files for stored keys in plain text.</summary>
internal sealed class FindVerb() : Verb(
    "find",
    "Searches files, and all below folders, for stored keys in plain text. Shows where they stand, never a key.",
    ["llmconfig find .", "llmconfig find ~/.bash_history ~/notebooks --name work", "llmconfig find --quiet . || exit 1"],
    Several("FILE", "files and folders; links below a folder are not followed", required: true),
    Values("--name", "NAME", "only the keys of configurations of this name or pattern; may be given several times"),
    Flag("--quiet", "show nothing that was found; the exit code says it", "-q"))
{
    public override string Remark => "Exit code: 0 where no key was found, 1 where one was, or where the search failed. What could not be searched is a warning.";

    public override void Run(Session session)
    {
        string[] names = session.Line.Texts("--name");
        IReadOnlyList<Guid>? ids = names.Length == 0 ? null : [.. session.Select(names).Select(item => item.Id)];
        List<FoundKey> found = [.. session.Repository.FindKeys(session.Line.Texts("FILE"), ids)];
        if (!session.Line.Flag("--quiet"))
        {
            session.Output.Show(found, Views.FoundKey);
        }

        session.Code = found.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }
}
