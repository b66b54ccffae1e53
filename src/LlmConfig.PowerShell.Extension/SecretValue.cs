using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;

namespace LlmConfig.Extension;

/// <summary>Secrets as PowerShell has them, and as the vault keeps them.</summary>
internal static class SecretValue
{
    /// <summary>What the vault keeps of an object.</summary>
    /// <param name="value">byte[], string, SecureString, PSCredential, or a Hashtable of these.</param>
    /// <param name="name">The secret's name, for the error.</param>
    /// <exception cref="LlmConfigException">InvalidKey: another type, or a text that is none. The value is never repeated.</exception>
    public static VaultSecret From(object? value, string name)
    {
        try
        {
            return Bare(value) is Hashtable table ? FromTable(table, name) : FromScalar(value) ?? throw Unfit(name, Bare(value));
        }
        catch (ArgumentException)
        {
            // Not kept as the cause: it names the character at fault.
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey, DisplayText.Of(name), "The secret holds half of a surrogate pair, which is no text.", "Keep it as byte[].");
        }
    }

    public static object ToObject(VaultSecret secret)
    {
        switch (secret.Type)
        {
            case SealedSecretType.ByteArray:
                return secret.Bytes.ToArray();
            case SealedSecretType.String:
                return secret.ToText();
            case SealedSecretType.SecureString:
                return secret.ToSecureString();
            case SealedSecretType.Credential:
                (string userName, SecureString password) = secret.ToCredential();
                return new PSCredential(userName, password);
            default:
                var table = new Hashtable(StringComparer.CurrentCultureIgnoreCase);
                foreach ((string key, VaultSecret item) in secret.ToTable())
                {
                    using (item)
                    {
                        table[key] = ToObject(item);
                    }
                }

                return table;
        }
    }

    public static Dictionary<string, object?> ToMetadata(Hashtable? metadata)
    {
        var result = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in metadata ?? [])
        {
            result[Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? string.Empty] = Bare(entry.Value);
        }

        return result;
    }

    private static VaultSecret FromTable(Hashtable table, string name)
    {
        var items = new List<KeyValuePair<string, VaultSecret>>();
        try
        {
            foreach (DictionaryEntry entry in table)
            {
                string key = Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? string.Empty;
                items.Add(new(key, FromScalar(entry.Value) ?? throw Unfit(name, Bare(entry.Value))));
            }

            return VaultSecret.FromTable(items);
        }
        finally
        {
            items.ForEach(item => item.Value.Dispose());
        }
    }

    private static VaultSecret? FromScalar(object? value) => Bare(value) switch
    {
        byte[] bytes => VaultSecret.From(bytes),
        string text => VaultSecret.From(text),
        SecureString text => VaultSecret.From(text),
        PSCredential credential => VaultSecret.From(credential.UserName, credential.Password),
        _ => null,
    };

    private static object? Bare(object? value) => value is PSObject item ? item.BaseObject : value;

    private static LlmConfigException Unfit(string name, object? value) => new(
        LlmConfigErrorCode.InvalidKey,
        DisplayText.Of(name),
        $"A secret of the type {value?.GetType().Name ?? "null"} cannot be kept.",
        "Types supported: byte[], string, SecureString, PSCredential, and a Hashtable of these.");
}
