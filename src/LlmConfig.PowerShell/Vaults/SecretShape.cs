using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Security;
using System.Text;

namespace LlmConfig;

/// <summary>Takes the key out of what a vault gives: vaults keep a secret in many shapes, and people put it there in more.</summary>
internal static class SecretShape
{
    /// <summary>The key that a vault gave.</summary>
    /// <param name="found">What <c>Get-Secret</c> wrote.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="vault">The vault's name.</param>
    /// <returns><see langword="null"/> where there is nothing.</returns>
    /// <exception cref="LlmConfigException">InvalidKey: no key can be taken out of it, or more than one.</exception>
    public static ApiKey? ToKey(Collection<PSObject> found, string name, string vault)
    {
        List<object> values = [.. found.Select(Bare).OfType<object>()];
        try
        {
            // What a vault says beside a secret is text; a secret among texts is something else.
            List<object> secrets = values.FindAll(value => value is not string);
            return values.Count switch
            {
                0 => null,
                1 => ToKey(values[0], name, vault),
                _ when secrets.Count == 1 => ToKey(secrets[0], name, vault),
                _ => throw Unfit(name, $"The vault '{DisplayText.Of(vault)}' gives {values.Count} values for the secret '{DisplayText.Of(name)}', and which of them is the key cannot be told."),
            };
        }
        finally
        {
            foreach (SecureString secret in values.OfType<SecureString>())
            {
                secret.Dispose();
            }
        }
    }

    private static ApiKey ToKey(object value, string name, string vault) => value switch
    {
        SecureString secret => ApiKey.From(secret, name),
        string text => ApiKey.From(text.AsSpan(), name),
        PSCredential credential => ApiKey.From(credential.Password, name),
        byte[] bytes => FromBytes(bytes, name),
        IDictionary table when Entry(table, name) is { } entry and not IDictionary => ToKey(entry, name, vault),
        IDictionary table => throw Unfit(
            name, $"The vault '{DisplayText.Of(vault)}' gives a table of {table.Count} values for the secret '{DisplayText.Of(name)}', and none of them has its name, so which one is the key cannot be told."),
        _ => throw Unfit(name, $"The vault '{DisplayText.Of(vault)}' gives a {value.GetType().Name} for the secret '{DisplayText.Of(name)}', which is no key."),
    };

    private static ApiKey FromBytes(byte[] bytes, string name)
    {
        char[] characters = GC.AllocateUninitializedArray<char>(Encoding.UTF8.GetCharCount(bytes), pinned: true);
        try
        {
            Encoding.UTF8.GetChars(bytes, characters);
            return ApiKey.From(characters, name);
        }
        finally
        {
            Array.Clear(characters);
        }
    }

    private static object? Entry(IDictionary table, string name)
    {
        object? named = table.Keys.Cast<object>().FirstOrDefault(key => string.Equals(key.ToString(), name, StringComparison.OrdinalIgnoreCase)) is { } own ? table[own]
            : table.Count == 1 ? table.Values.Cast<object?>().Single()
            : null;
        return named is PSObject item ? Bare(item) : named;
    }

    private static object? Bare(PSObject? value) => value?.BaseObject is { } bare and not PSCustomObject ? bare : null;

    private static LlmConfigException Unfit(string name, string problem) => new(
        LlmConfigErrorCode.InvalidKey, name, problem, "Look at it with Get-Secret. A key is a SecureString, a text, the password of a PSCredential, or the one value of a Hashtable.");
}
