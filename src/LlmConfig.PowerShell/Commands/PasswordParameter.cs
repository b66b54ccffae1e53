using System.Security;

namespace LlmConfig.Commands;

/// <summary>The password of a sealed export, as a cmdlet is given it.</summary>
internal static class PasswordParameter
{
    /// <summary>The password, or <see langword="null"/> when none was given.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: it is no SecureString.</exception>
    public static SecureString? Check(SecureString? password) =>
        password == SecureStringOnlyAttribute.Refused || password == SecureStringOnlyAttribute.Empty
            ? throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey, null, "The password is not a SecureString.", "Pass one, such as (Read-Host -AsSecureString).")
            : password;
}
