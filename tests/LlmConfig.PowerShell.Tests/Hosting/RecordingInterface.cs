using System.Collections.ObjectModel;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace LlmConfig.Tests;

/// <summary>The user interface of <see cref="RecordingHost"/>.</summary>
internal sealed class RecordingInterface : PSHostUserInterface
{
    public Queue<string> Answers { get; } = [];

    public Queue<string> Lines { get; } = [];

    public List<string> Questions { get; } = [];

    public StringBuilder Text { get; } = new();

    public Action WhileAsked { get; set; } = () => { };

    public override PSHostRawUserInterface RawUI { get; } = new WideScreen();

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Questions.Add($"{caption}\n{message}");
        WhileAsked();
        if (!Answers.TryDequeue(out string? answer))
        {
            throw new HostException("Nobody is here to answer.");
        }

        ChoiceDescription choice = choices.Single(item => item.Label.Replace("&", string.Empty, StringComparison.Ordinal) == answer);
        return choices.IndexOf(choice);
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        FieldDescription field = Assert.Single(descriptions);
        Questions.Add($"{message}\n{field.Name}".Trim());
        if (!Lines.TryDequeue(out string? answer))
        {
            throw new HostException("Nobody is here to answer.");
        }

        bool isSecret = field.ParameterTypeFullName == typeof(SecureString).FullName;
        return new() { [field.Name] = PSObject.AsPSObject(isSecret ? Secure(answer) : answer) };
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new HostException("Nobody is here to answer.");

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => throw new HostException("Nobody is here to answer.");

    public override string ReadLine() => throw new HostException("Nobody is here to answer.");

    public override SecureString ReadLineAsSecureString() => throw new HostException("Nobody is here to answer.");

    private static SecureString Secure(string text)
    {
        var secret = new SecureString();
        foreach (char c in text)
        {
            secret.AppendChar(c);
        }

        return secret;
    }

    public override void Write(string value) => Text.Append(value);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Text.Append(value);

    public override void WriteDebugLine(string message) => Text.AppendLine(message);

    public override void WriteErrorLine(string value) => Text.AppendLine(value);

    public override void WriteLine(string value) => Text.AppendLine(value);

    public override void WriteProgress(long sourceId, ProgressRecord record) => Text.Append(record).AppendLine();

    public override void WriteVerboseLine(string message) => Text.AppendLine(message);

    public override void WriteWarningLine(string message) => Text.AppendLine(message);
}
