using System.Security;

namespace LlmConfig.Commands;

/// <summary>The two ways in which a cmdlet is given a key.</summary>
internal static class KeyParameters
{
    /// <summary>The key, or <see langword="null"/> when neither was given.</summary>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public static ApiKey? ToKey(SecureString? key, string? variable, string target) => (key, variable) switch
    {
        (null, null) => null,
        (not null, not null) => throw Invalid(target, "The key was given twice.", "Use either -ApiKey or -ApiKeyFromEnvironment."),
        (not null, null) when key == SecureStringOnlyAttribute.Refused => throw Invalid(
            target,
            "The key is not a SecureString.",
            "Pass one, such as (Read-Host -AsSecureString), or name an environment variable with -ApiKeyFromEnvironment; leave both out for a configuration without a key."),
        (not null, null) => ApiKey.From(key, target),
        (null, not null) => ApiKey.FromEnvironment(variable, target),
    };

    public static LlmConfigException Invalid(string target, string problem, string remedy) =>
        new(LlmConfigErrorCode.InvalidKey, target, problem, remedy);
}
