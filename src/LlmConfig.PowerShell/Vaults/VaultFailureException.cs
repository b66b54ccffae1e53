using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace LlmConfig;

/// <summary>
/// What a vault said when it failed: the texts of its error. The error itself is not kept, since it holds the command that
/// failed with its parameters, and a serialised copy of it would hold the key.
/// </summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "It never leaves this assembly but as the cause of an LlmConfigException.")]
internal sealed class VaultFailureException : Exception
{
    private const int LongestShown = 500;
    private const string PasswordRequired = "PasswordRequiredException";

    private readonly string _said;

    private VaultFailureException(string said, string errorId, ErrorCategory category, IReadOnlyList<string> types)
        : base(string.Join(' ', said.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => DisplayText.Of(word))))
    {
        _said = said;
        ErrorId = errorId;
        Category = category;
        Types = types;
    }

    /// <summary>The error id of the command, such as <c>GetSecretNotFound,Microsoft.PowerShell.SecretManagement.GetSecretCommand</c>.</summary>
    public string ErrorId { get; }

    /// <summary>The category of the error.</summary>
    public ErrorCategory Category { get; }

    /// <summary>The full names of the exceptions, outermost first.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>What the vault said and its error id, fit to be shown: in one line, at most 500 characters, without what looks like a key.</summary>
    public string ShownMessage
    {
        get
        {
            string cut = Message.Length <= LongestShown ? Message : Message[..LongestShown] + "…";
            string end = cut.EndsWith('.') ? string.Empty : ".";
            return $"{cut}{end} ({DisplayText.Of(ErrorId.Split(',')[0])})";
        }
    }

    /// <summary>The vault gave nothing for the name, without an error of its own: so does one that is signed out.</summary>
    public bool IsSecretNotFound => ErrorId.StartsWith("GetSecretNotFound,", StringComparison.Ordinal);

    /// <summary>The vault answers, and says in its own words that it has no such secret.</summary>
    public bool IsAnsweredNotFound => !IsSecretNotFound && VaultAnswers.IsNotFound(_said);

    /// <summary>There is no registration of this name.</summary>
    public bool IsUnknownVault => ErrorId.StartsWith("GetSecretVaultNotFound,", StringComparison.Ordinal);

    /// <summary>The vault's module has no command for metadata.</summary>
    public bool IsUnsupportedMetadata => ErrorId.StartsWith("SetSecretMetadataCommandNotSupported,", StringComparison.Ordinal);

    /// <summary>The vault has to be unlocked first.</summary>
    public bool IsLocked => Category == ErrorCategory.AuthenticationError
        || ErrorId.Contains(PasswordRequired, StringComparison.Ordinal)
        || Types.Any(type => type.EndsWith(PasswordRequired, StringComparison.Ordinal)
            || type == typeof(System.Security.Authentication.AuthenticationException).FullName)
        || VaultAnswers.IsLocked(_said);

    /// <summary>The vault is there and open: the failure is about the secret.</summary>
    public bool IsAboutSecret => !IsLocked && !IsUnknownVault;

    /// <summary>It may pass by itself, and nothing was done.</summary>
    public bool IsThrottled => VaultAnswers.IsThrottled(_said);

    /// <summary>It may pass by itself; whether anything was done is not said.</summary>
    public bool MayPass => VaultAnswers.MayPass(_said);

    /// <summary>
    /// The engine refused something in its present state. Where it runs without a person, that is how a question for a password ends.
    /// </summary>
    public bool IsRefusal => Types.Any(type => type == typeof(PSInvalidOperationException).FullName);

    public static VaultFailureException From(RuntimeException error)
    {
        ErrorRecord record = error.ErrorRecord;
        var texts = new List<string>();
        var types = new List<string>();
        for (Exception? e = record?.Exception ?? error; e is not null; e = e.InnerException)
        {
            types.Add(e.GetType().FullName ?? e.GetType().Name);
            string text = e.Message.ReplaceLineEndings(" ").Trim();
            if (!texts.Any(known => known.Contains(text, StringComparison.Ordinal)))
            {
                texts.Add(text);
            }
        }

        return new VaultFailureException(
            string.Join(" ", texts), record?.FullyQualifiedErrorId ?? string.Empty, record?.CategoryInfo.Category ?? ErrorCategory.NotSpecified, types);
    }

    /// <summary>True when the vault repeated this text.</summary>
    public bool Repeats(ReadOnlySpan<char> text) =>
        _said.AsSpan().Contains(text, StringComparison.Ordinal) || ErrorId.AsSpan().Contains(text, StringComparison.Ordinal);

    /// <summary>The same failure without the texts of the vault, where it repeated what nobody may read.</summary>
    public VaultFailureException WithoutTexts(string remark) => new(remark, "VaultFailure", Category, Types);
}
