using System.Reflection;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>Prints the script with which a shell completes the command lines of this program.</summary>
internal sealed class CompletionVerb() : Verb(
    "completion",
    "Prints a script that lets a shell complete verbs, options, names, providers and vaults.",
    [
        "source <(llmconfig completion bash)",
        "llmconfig completion zsh > \"${fpath[1]}/_llmconfig\"",
        "llmconfig completion fish > ~/.config/fish/completions/llmconfig.fish",
        "llmconfig completion pwsh >> $PROFILE",
    ],
    OneWord("SHELL", "bash, zsh, fish or pwsh", required: true, "bash", "zsh", "fish", "pwsh"))
{
    public override void Run(Session session)
    {
        string file = session.Line.Text("SHELL") switch
        {
            "bash" or "zsh" or "fish" => $"llmconfig.{session.Line.Text("SHELL")}",
            "pwsh" or "powershell" => "llmconfig.ps1",
            _ => throw new UsageException("There is no completion for that shell.", "Use one of bash, zsh, fish and pwsh."),
        };
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(file)!, Encoding.UTF8);
        session.Output.ShowText(reader.ReadToEnd().TrimEnd('\n'));
    }
}
