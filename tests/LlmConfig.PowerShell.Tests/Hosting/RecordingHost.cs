using System.Globalization;
using System.Management.Automation.Host;

namespace LlmConfig.Tests;

/// <summary>A host that keeps what is written to it and answers questions from a list.</summary>
public sealed class RecordingHost : PSHost
{
    private readonly RecordingInterface _ui = new();

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "RecordingHost";

    public override PSHostUserInterface UI => _ui;

    public override Version Version { get; } = new(1, 0);

    /// <summary>The answers to come, as labels of the choices ("Yes", "No", "Yes to All"); with none left, nobody is there to ask.</summary>
    public Queue<string> Answers => _ui.Answers;

    /// <summary>The answers to come to questions for a value; with none left, nobody is there to ask.</summary>
    public Queue<string> Lines => _ui.Lines;

    public IReadOnlyList<string> Questions => _ui.Questions;

    /// <summary>What somebody else does while the user reads a question.</summary>
    public Action WhileAsked
    {
        get => _ui.WhileAsked;
        set => _ui.WhileAsked = value;
    }

    public string Text => _ui.Text.ToString();

    public void Clear()
    {
        _ui.Text.Clear();
        _ui.Questions.Clear();
    }

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }
}
