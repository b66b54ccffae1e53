namespace LlmConfig.Tests;

/// <summary>How a vault takes metadata.</summary>
public enum VaultLabels
{
    /// <summary>It takes none.</summary>
    None,

    /// <summary>Set-Secret takes them.</summary>
    WithSecret,

    /// <summary>Set-SecretInfo takes them, when the secret is there.</summary>
    Afterwards,
}
