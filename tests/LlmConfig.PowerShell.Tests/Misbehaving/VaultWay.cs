namespace LlmConfig.Tests;

/// <summary>What a vault does instead of what it is asked. Together with a command it is a mode of <see cref="MisbehavingVault"/>.</summary>
public enum VaultWay
{
    /// <summary>A terminating error that quotes the secret; nothing is done.</summary>
    Throws,

    /// <summary>An error; nothing is done.</summary>
    WritesError,

    /// <summary><c>$false</c>; nothing is done.</summary>
    AnswersFalse,

    /// <summary>No answer; nothing is done.</summary>
    AnswersNothing,

    /// <summary><c>$null</c>; nothing is done.</summary>
    AnswersNull,

    /// <summary>It answers twice, and what it writes it writes twice: a second secret gets a number behind its name.</summary>
    Twice,

    /// <summary>A text comes before the answer.</summary>
    TextBefore,

    /// <summary>An object of a type that SecretManagement does not know, or a secret of another type than it was given.</summary>
    AnotherType,

    /// <summary>It takes effect, or is seen, two looks later.</summary>
    Late,

    /// <summary>It takes effect, or is seen, when the command that waits for it has given up.</summary>
    TooLate,

    /// <summary>The first two calls time out, though what they write is written.</summary>
    Slow,

    /// <summary>The first two calls are too many for the server.</summary>
    Throttled,

    /// <summary>It wants to be unlocked.</summary>
    Locked,

    /// <summary>Half of the secret, of the list or of the metadata, and no error.</summary>
    HalfDone,

    /// <summary>All of it is done, and then an error comes.</summary>
    DoneWithError,

    /// <summary>Another name: it writes and lists under one, and gives what lies under one.</summary>
    WrongName,
}
