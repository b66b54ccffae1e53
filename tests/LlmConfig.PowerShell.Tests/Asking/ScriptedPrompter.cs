using System.Security;

namespace LlmConfig.Tests;

/// <summary>Gives answers from a list and keeps what it was asked; when the list ends, nobody answers.</summary>
internal sealed class ScriptedPrompter(params string[] answers) : IPrompter
{
    private readonly Queue<string> _answers = new(answers);

    /// <summary>The questions, a secret one with a * before it.</summary>
    public List<string> Questions { get; } = [];

    public List<string> Messages { get; } = [];

    public int Unused => _answers.Count;

    public string Ask(string message, string question)
    {
        Messages.Add(message);
        Questions.Add(question);
        return Next();
    }

    public SecureString AskUnseen(string message, string question)
    {
        Messages.Add(message);
        Questions.Add("*" + question);
        var secret = new SecureString();
        foreach (char c in Next())
        {
            secret.AppendChar(c);
        }

        return secret;
    }

    private string Next()
    {
        if (!_answers.TryDequeue(out string? answer))
        {
            throw new NonInteractiveException(null);
        }

        return answer == "^C" ? throw new PipelineStoppedException() : answer;
    }
}
