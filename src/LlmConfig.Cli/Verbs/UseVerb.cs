namespace LlmConfig.Cli;

/// <summary>Lets a folder ask for a configuration.</summary>
internal sealed class UseVerb() : Verb(
    "use",
    "Makes a configuration the default of this folder and all below it, by a file .llmconfig with its name.",
    ["llmconfig use work", "llmconfig use --clear"],
    One("NAME", "the name or id", required: false),
    Value("--path", "DIR", "the folder; the current one without it"),
    Flag("--clear", "take the file and the trust in it away"))
{
    public override string Remark => """
        A file that came with a folder is used only once it was trusted: this verb does, with the name that the file holds.
        exec, key and test without a NAME use the nearest such file, from the current folder upward.
        """;

    public override void Run(Session session)
    {
        string folder = Path.GetFullPath(session.Line.Text("--path") ?? ".");
        string? name = session.Line.Text("NAME");
        if (session.Line.Flag("--clear") == name is not null)
        {
            throw new UsageException("use needs NAME or --clear.");
        }

        LlmConfiguration? item = name is null ? null : session.Get(name);
        FolderDefault? made = session.Repository.SetFolderDefault(folder, item?.Name);
        session.Output.Report(item is null ? [] : [item], made is null ? $"The folder '{folder}' asks for no configuration." : $"'{item!.Name}' is the default in '{folder}' and below, by {made.Path}.");
    }
}
