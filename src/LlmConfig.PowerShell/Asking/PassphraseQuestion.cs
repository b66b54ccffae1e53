using System.Security;

namespace LlmConfig;

/// <summary>Asks for the passphrase of the built-in vault.</summary>
/// <param name="questioner">Who answers.</param>
internal sealed class PassphraseQuestion(IQuestioner questioner)
{
    /// <summary>The answer, for the caller to dispose of; <see langword="null"/> where nobody can be asked.</summary>
    public SecureString? Ask(PassphraseRequest request)
    {
        (string message, string question) = request switch
        {
            { IsRepetition: true } => (string.Empty, "The same once more"),
            { IsNew: true } => ($"The keys in '{ShownText.Of(request.Folder)}' get a passphrase of 8 characters or more. Without it they are lost.", "New passphrase"),
            _ => ($"The keys in '{ShownText.Of(request.Folder)}' are locked with a passphrase.", "Passphrase"),
        };
        try
        {
            return questioner.AskUnseen(message, question);
        }
        catch (NobodyAnswersException)
        {
            return null;
        }
    }
}
