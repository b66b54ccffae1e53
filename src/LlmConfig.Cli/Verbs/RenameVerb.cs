using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Gives a configuration another name.</summary>
internal sealed class RenameVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "the name or id" };
    private readonly Argument<string> _newName = new("NEW-NAME") { Description = "the name that it gets" };

    public RenameVerb()
        : base("rename", "Gives a configuration another name. Its id and its key stay.", "llmconfig rename work office")
    {
        Take(_name, _newName);
    }

    public override int Run(ParseResult line, Session session)
    {
        LlmConfiguration item = session.Get(line.GetValue(_name)!);
        LlmConfiguration renamed = session.Repository.Update(item.Id, new ConfigurationUpdate { NewName = line.GetValue(_newName) });
        session.Output.Report([renamed], $"'{item.Name}' is called '{renamed.Name}' now.");
        return ExitCode.Success;
    }
}
