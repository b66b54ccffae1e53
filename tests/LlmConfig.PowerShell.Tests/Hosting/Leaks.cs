using System.Collections;
using System.Text;
using System.Text.Json;

namespace LlmConfig.Tests;

/// <summary>All the text in which a key could hide, however it is written.</summary>
public static class Leaks
{
    /// <summary>The ways in which a key may lie in a text or a file.</summary>
    public static IReadOnlyList<string> Forms(string key) =>
    [
        key,
        Convert.ToHexString(Encoding.UTF8.GetBytes(key)),
        Convert.ToHexString(Encoding.Unicode.GetBytes(key)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(key))[..20],
        Convert.ToBase64String(Encoding.Unicode.GetBytes(key))[..20],
    ];

    /// <summary>All streams of a result, its host's text, and all that its errors and objects hold; not the output of plain keys.</summary>
    public static string Text(CommandResult result, RecordingHost host)
    {
        var text = new StringBuilder(host.Text);
        text.AppendJoin('\n', host.Questions).AppendLine().AppendJoin('\n', result.Talk).AppendLine();
        text.Append(result.Thrown).AppendLine();
        foreach (ErrorRecord error in result.Errors)
        {
            text.Append(Text(error)).AppendLine();
        }

        foreach (PSObject item in result.Output.Where(item => item.BaseObject is not string and not System.Security.SecureString))
        {
            text.Append(item).AppendLine();
            text.Append(item.BaseObject is ErrorRecord error
                ? Text(error)
                : PSSerializer.Serialize(item, 5) + JsonSerializer.Serialize(item.BaseObject)).AppendLine();
        }

        return text.ToString();
    }

    /// <summary>All that an error record holds, except the line that was typed.</summary>
    public static string Text(ErrorRecord error)
    {
        var text = new StringBuilder();
        text.Append(error).AppendLine();
        text.Append(error.FullyQualifiedErrorId).AppendLine();
        text.Append(error.CategoryInfo).Append(error.CategoryInfo.TargetName).Append(error.CategoryInfo.Reason).AppendLine();
        text.Append(error.ErrorDetails?.Message).Append(error.ErrorDetails?.RecommendedAction).AppendLine();
        text.Append(error.ScriptStackTrace).AppendLine();
        for (Exception? e = error.Exception; e is not null; e = e.InnerException)
        {
            text.Append(e).AppendLine();
            foreach (DictionaryEntry entry in e.Data)
            {
                text.Append(entry.Key).Append(entry.Value).AppendLine();
            }
        }

        Append(text, error.TargetObject);
        foreach (object? value in (IEnumerable?)error.InvocationInfo?.BoundParameters.Values ?? Array.Empty<object>())
        {
            Append(text, value);
        }

        foreach (object value in (IEnumerable?)error.InvocationInfo?.UnboundArguments ?? Array.Empty<object>())
        {
            Append(text, value);
        }

        return text.Append(PSSerializer.Serialize(error, 2)).ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        // A SecureString is the key, and on Linux CLIXML writes it as hex; it may be bound, but then nothing may write it.
        if (value is not null and not System.Security.SecureString)
        {
            text.Append(value).AppendLine().Append(PSSerializer.Serialize(value, 2)).AppendLine();
        }
    }
}
