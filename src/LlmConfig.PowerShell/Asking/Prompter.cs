using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Runtime.InteropServices;
using System.Security;

namespace LlmConfig;

/// <summary>Somebody who answers questions, one line each.</summary>
internal interface IPrompter
{
    /// <summary>Asks for a line of text.</summary>
    /// <param name="message">What to say first; empty for nothing.</param>
    /// <param name="question">The question, without a colon.</param>
    /// <exception cref="NonInteractiveException">Nobody can be asked here, or the input ended.</exception>
    string Ask(string message, string question);

    /// <summary>Asks for a secret, which is not shown while it is typed.</summary>
    /// <param name="message">What to say first; empty for nothing.</param>
    /// <param name="question">The question, without a colon.</param>
    /// <exception cref="NonInteractiveException">Nobody can be asked here, or the input ended.</exception>
    SecureString AskUnseen(string message, string question);
}

/// <summary>What is asked of whoever answers.</summary>
internal static class PrompterQuestions
{
    /// <summary>Asks for a key, again where it looks wrong.</summary>
    /// <param name="person">Who answers.</param>
    /// <param name="question">The question, without a colon.</param>
    /// <param name="target">The name of the configuration concerned, for the error.</param>
    /// <param name="provider">The id of the provider that the key is for.</param>
    /// <param name="baseUrl">Where it will go; blank for the provider's default.</param>
    /// <returns>The key, or <see langword="null"/> for an empty answer.</returns>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    /// <exception cref="NonInteractiveException">Nobody can be asked here, or the input ended.</exception>
    public static ApiKey? AskKey(this IPrompter person, string question, string target, string provider, string? baseUrl) => KeyQuestion.Ask(
        (problem, mayKeep) =>
        {
            using SecureString typed = person.AskUnseen(problem ?? string.Empty, mayKeep ? "API key (not shown; Enter takes that one all the same)" : question);
            return typed.Length == 0 ? null : ApiKey.From(typed, target);
        },
        provider,
        baseUrl);
}

/// <summary>A question got no answer: nobody can be asked here, or the input ended.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Thrown by one class and caught by another; never seen outside.")]
[SuppressMessage("Design", "CA1064", Justification = "The same.")]
internal sealed class NonInteractiveException(Exception? cause) : Exception("Nobody answers here.", cause);

/// <summary>Asks the person at the host, in the way in which the engine asks for mandatory parameters.</summary>
/// <param name="host">The host of the cmdlet that asks.</param>
/// <param name="isStopping">True once the pipeline is being stopped.</param>
internal sealed class HostPrompter(PSHost host, Func<bool> isStopping) : IPrompter
{
    /// <inheritdoc/>
    public string Ask(string message, string question) => Prompt(message, question, typeof(string)) as string ?? string.Empty;

    /// <inheritdoc/>
    public SecureString AskUnseen(string message, string question) =>
        Prompt(message, question, typeof(SecureString)) as SecureString ?? throw new NonInteractiveException(null);

    /// <summary>Asks for the passphrase of the built-in vault; <see langword="null"/> where nobody can be asked.</summary>
    public SecureString? AskPassphrase(PassphraseRequest request)
    {
        (string message, string question) = request switch
        {
            { IsRepetition: true } => (string.Empty, "The same once more"),
            { IsNew: true } => ($"The keys in '{DisplayText.Of(request.Folder)}' get a passphrase of 8 characters or more. Without it they are lost.", "New passphrase"),
            _ => ($"The keys in '{DisplayText.Of(request.Folder)}' are locked with a passphrase.", "Passphrase"),
        };
        try
        {
            return AskUnseen(message, question);
        }
        catch (NonInteractiveException)
        {
            return null;
        }
    }

    /// <summary>Asks for the password of a file; <see langword="null"/> where nobody can be asked.</summary>
    /// <param name="message">What to say first.</param>
    public SecureString? AskPassword(string message)
    {
        try
        {
            return AskUnseen(message, "Password");
        }
        catch (NonInteractiveException)
        {
            return null;
        }
    }

    /// <summary>Asks twice for a password that is being chosen; <see langword="null"/> where nobody can be asked.</summary>
    /// <param name="message">What to say first.</param>
    /// <exception cref="LlmConfigException">InvalidKey: the two differ.</exception>
    public SecureString? AskNewPassword(string message)
    {
        if (AskPassword(message) is not { } password)
        {
            return null;
        }

        using SecureString again = AskUnseen(string.Empty, "The same once more");
        if (AreSame(password, again))
        {
            return password;
        }

        password.Dispose();
        throw SecretParameters.Invalid(string.Empty, "The two passwords differ.", "Run the command again; nothing was changed.");
    }

    /// <summary>What can be told before a question is written. The rest (pwsh -NonInteractive, hosts that do not prompt) throws.</summary>
    /// <param name="host">The host that would put the question.</param>
    public static bool CanAnswer(PSHost host) => host.Name switch
    {
        // A job or a remote session: the question would wait for whoever looks at its results one day.
        "ServerRemoteHost" or "Default Host" => false,
        "ConsoleHost" => !Console.IsInputRedirected && !Console.IsOutputRedirected && IsOwnRunspace(host),
        _ => IsOwnRunspace(host),
    };

    [SuppressMessage("Design", "CA1031", Justification = "Hosts without a person differ in what they throw, down to a NullReferenceException at the end of input.")]
    private object? Prompt(string message, string question, Type type)
    {
        if (!CanAnswer(host))
        {
            throw new NonInteractiveException(null);
        }

        // Without a label, since hosts show the name and would take a leading ! for a request for help.
        var field = new FieldDescription(question);
        field.SetParameterType(type);
        Dictionary<string, PSObject>? answers = null;
        Exception? failure = null;
        try
        {
            answers = host.UI.Prompt(string.Empty, message, [field]);
        }
        catch (Exception e) when (e is not PipelineStoppedException)
        {
            failure = e;
        }

        if (isStopping())
        {
            throw new PipelineStoppedException();
        }

        return answers is not null && answers.TryGetValue(question, out PSObject? answer)
            ? answer?.BaseObject
            : throw new NonInteractiveException(failure);
    }

    private static bool AreSame(SecureString one, SecureString other)
    {
        nint first = Marshal.SecureStringToBSTR(one);
        nint second = Marshal.SecureStringToBSTR(other);
        try
        {
            return one.Length == other.Length
                && Enumerable.Range(0, one.Length).All(i => Marshal.ReadInt16(first, i * sizeof(char)) == Marshal.ReadInt16(second, i * sizeof(char)));
        }
        finally
        {
            Marshal.ZeroFreeBSTR(first);
            Marshal.ZeroFreeBSTR(second);
        }
    }

    // ForEach-Object -Parallel lends its tasks the host: their questions would come in a jumble.
    private static bool IsOwnRunspace(PSHost host)
    {
        try
        {
            return host is not IHostSupportsInteractiveSession { Runspace: { } own } || own.InstanceId == Runspace.DefaultRunspace?.InstanceId;
        }
        catch (NotImplementedException)
        {
            return true;
        }
    }
}
