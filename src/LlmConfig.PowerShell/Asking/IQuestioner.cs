using System.Security;

namespace LlmConfig;

/// <summary>Somebody who answers questions, one line each.</summary>
internal interface IQuestioner
{
    /// <summary>Asks for a line of text.</summary>
    /// <param name="message">What to say first; empty for nothing.</param>
    /// <param name="question">The question, without a colon.</param>
    /// <exception cref="NobodyAnswersException">Nobody can be asked here, or the input ended.</exception>
    string Ask(string message, string question);

    /// <summary>Asks for a secret, which is not shown while it is typed.</summary>
    /// <param name="message">What to say first; empty for nothing.</param>
    /// <param name="question">The question, without a colon.</param>
    /// <exception cref="NobodyAnswersException">Nobody can be asked here, or the input ended.</exception>
    SecureString AskUnseen(string message, string question);
}
