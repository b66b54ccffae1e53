using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Security;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmConfig.Shell;

/// <summary>
/// Writes what PowerShell objects hold as JSON. A SecureString is null: a key is shown only to who asked for it as plain
/// text, and then it is a string like any other.
/// </summary>
internal sealed class ObjectJson(Utf8JsonWriter writer, ObjectJsonStyle style)
{
    /// <summary>For a program to read: nothing is escaped that JSON does not make one escape.</summary>
    public static JsonWriterOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<object> _path = [];

    public void Write(object? value)
    {
        object? unwrapped = value is PSObject wrapper ? wrapper.BaseObject : value;
        if (unwrapped is null || ReferenceEquals(value, AutomationNull.Value))
        {
            writer.WriteNullValue();
            return;
        }

        if (TryWriteScalar(unwrapped))
        {
            return;
        }

        // All custom objects share one base object; their wrapper is what tells them apart.
        object identity = unwrapped is PSCustomObject ? value! : unwrapped;
        // A value that contains itself ends here, as does a graph that goes on and on.
        if (_path.Count > style.MaxDepth || (_path.Count > 0 && IsMachinery(unwrapped))
            || _path.Exists(outer => ReferenceEquals(outer, identity)))
        {
            writer.WriteStringValue(Describe(value!));
            return;
        }

        _path.Add(identity);
        switch (unwrapped)
        {
            case IDictionary dictionary:
                WriteDictionary(dictionary);
                break;
            case IEnumerable items:
                WriteArray(items);
                break;
            default:
                WriteProperties(value as PSObject ?? new PSObject(unwrapped));
                break;
        }

        _path.RemoveAt(_path.Count - 1);
    }

    internal static string ToCamelCase(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private bool TryWriteScalar(object value)
    {
        switch (value)
        {
            case SecureString:
                writer.WriteNullValue();
                return true;
            case string text:
                writer.WriteStringValue(text);
                return true;
            case bool flag:
                writer.WriteBooleanValue(flag);
                return true;
            case SwitchParameter flag:
                writer.WriteBooleanValue(flag.IsPresent);
                return true;
            case Enum constant when style.EnumNames:
                writer.WriteStringValue(constant.ToString());
                return true;
            case Enum constant:
                writer.WriteRawValue(constant.ToString("D"));
                return true;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                return true;
            default:
                return TryWriteNumber(value) || TryWriteAsText(value);
        }
    }

    private bool TryWriteNumber(object value)
    {
        switch (value)
        {
            case decimal number:
                writer.WriteNumberValue(number);
                return true;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                return true;
            case sbyte or byte or short or ushort or int or uint or long or ulong or nint or nuint or BigInteger:
                writer.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                return true;
            default:
                return false;
        }
    }

    private bool TryWriteAsText(object value)
    {
        string? text = value switch
        {
            DateTime time => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
            DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
            DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
            TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
            Uri uri => uri.OriginalString,
            // Infinity and not-a-number: JSON has no such numbers.
            double or float => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
            char or Guid or Version or SemanticVersion or ScriptBlock or IPAddress or CultureInfo => value.ToString(),
            _ => null,
        };
        if (text is null)
        {
            return false;
        }

        writer.WriteStringValue(text);
        return true;
    }

    private void WriteDictionary(IDictionary dictionary)
    {
        writer.WriteStartObject();
        foreach (DictionaryEntry entry in dictionary)
        {
            writer.WritePropertyName(LanguagePrimitives.ConvertTo<string>(entry.Key));
            Write(entry.Value);
        }

        writer.WriteEndObject();
    }

    private void WriteArray(IEnumerable items)
    {
        writer.WriteStartArray();
        foreach (object? item in items)
        {
            Write(item);
        }

        writer.WriteEndArray();
    }

    private void WriteProperties(PSObject item)
    {
        writer.WriteStartObject();
        foreach (PSPropertyInfo property in item.Properties)
        {
            if (!property.IsGettable || (item.BaseObject is NetworkCredential && property.Name == nameof(NetworkCredential.Password)))
            {
                continue;
            }

            object? value;
            try
            {
                value = property.Value;
            }
            catch (RuntimeException)
            {
                // A getter that throws has nothing to say.
                continue;
            }

            writer.WritePropertyName(style.CamelCase ? ToCamelCase(property.Name) : property.Name);
            Write(value);
        }

        writer.WriteEndObject();
    }

    /// <summary>Parts of the engine and of .NET that describe code: as a property they are a name, not a tree of thousands.</summary>
    private static bool IsMachinery(object value) =>
        value is MemberInfo or Assembly or Module or Delegate or Attribute or CommandInfo or CommandParameterSetInfo
            or PSModuleInfo or ProviderInfo or PSDriveInfo or Runspace or Thread or ErrorRecord or InvocationInfo
            or FileSystemInfo;

    private static string Describe(object value) =>
        LanguagePrimitives.TryConvertTo(value, out string text) ? text : value.GetType().Name;
}
