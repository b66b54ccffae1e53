using System.Diagnostics.CodeAnalysis;

namespace LlmConfig;

/// <summary>The type of a secret in the built-in vault, by the numbers that SecretManagement gives its types.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "SecretManagement's own names.")]
public enum SealedSecretType
{
    /// <summary>Bytes.</summary>
    ByteArray = 1,

    /// <summary>A text.</summary>
    String = 2,

    /// <summary>A text that is handed out as a <see cref="System.Security.SecureString"/>; API keys are kept so.</summary>
    SecureString = 3,

    /// <summary>A user name with a password.</summary>
    Credential = 4,

    /// <summary>Named values of the other types.</summary>
    Hashtable = 5,
}
