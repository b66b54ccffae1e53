namespace LlmConfig;

/// <summary>In which form a vault takes a secret.</summary>
public enum SecretForm
{
    /// <summary>A SecureString: never a text on the managed heap.</summary>
    SecureString = 0,

    /// <summary>A text, for vaults that refuse everything else. It stays in memory until it is collected.</summary>
    PlainText = 1,
}
