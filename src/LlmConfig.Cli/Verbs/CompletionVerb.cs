using System.CommandLine;
using System.Reflection;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>Prints the script with which a shell completes the command lines of this program.</summary>
internal sealed class CompletionVerb : Verb
{
    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh, fish or pwsh" };

    public CompletionVerb()
        : base(
            "completion",
            "Prints a script that lets a shell complete verbs, options, names, providers and vaults.",
            "source <(llmconfig completion bash)",
            "llmconfig completion zsh > \"${fpath[1]}/_llmconfig\"",
            "llmconfig completion fish > ~/.config/fish/completions/llmconfig.fish",
            "llmconfig completion pwsh >> $PROFILE")
    {
        _shell.CompletionSources.Add("bash", "zsh", "fish", "pwsh");
        Take(_shell);
    }

    public override int Run(ParseResult line, Session session)
    {
        string? file = line.GetValue(_shell) switch
        {
            "bash" => "llmconfig.bash",
            "zsh" => "llmconfig.zsh",
            "fish" => "llmconfig.fish",
            "pwsh" or "powershell" => "llmconfig.ps1",
            _ => throw new UsageException("There is no completion for that shell.", "Use one of bash, zsh, fish and pwsh."),
        };
        using Stream script = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)!;
        using var reader = new StreamReader(script, Encoding.UTF8);
        session.Output.ShowText(reader.ReadToEnd().TrimEnd('\n'));
        return ExitCode.Success;
    }
}
