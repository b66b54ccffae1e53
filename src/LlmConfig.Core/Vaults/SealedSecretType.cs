namespace LlmConfig;

/// <summary>The type of a secret in the built-in vault, by the numbers that SecretManagement gives its types.</summary>
internal enum SealedSecretType : byte
{
    ByteArray = 1,
    String = 2,
    SecureString = 3,
    Credential = 4,
    Hashtable = 5,
}
