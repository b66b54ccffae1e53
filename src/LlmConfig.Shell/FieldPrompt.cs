using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace LlmConfig.Shell;

/// <summary>Asks for the value of one mandatory parameter, in the way of its type.</summary>
internal sealed class FieldPrompt(PSHostUserInterface ui, TextWriter terminal, Func<string, string> readLine)
{
    public PSObject Ask(FieldDescription field)
    {
        Type type = Type.GetType(field.ParameterAssemblyFullName) ?? Type.GetType(field.ParameterTypeFullName) ?? typeof(string);
        string label = string.IsNullOrEmpty(field.Label) ? field.Name : field.Label.Replace("&", string.Empty, StringComparison.Ordinal);
        if (type == typeof(SecureString))
        {
            terminal.Write($"{label}: ");
            return PSObject.AsPSObject(ui.ReadLineAsSecureString());
        }

        if (type == typeof(PSCredential))
        {
            return PSObject.AsPSObject(ui.PromptForCredential(null, null, null, string.Empty));
        }

        if (type.IsArray || (typeof(IList).IsAssignableFrom(type) && type != typeof(string)))
        {
            return PSObject.AsPSObject(AskMany(field, label, type.GetElementType() ?? typeof(object)));
        }

        return AskOne(field, label, type);
    }

    private object[] AskMany(FieldDescription field, string label, Type elementType)
    {
        var values = new List<object>();
        while (true)
        {
            string answer = ReadAnswer(field, $"{label}[{values.Count}]: ");
            if (answer.Length == 0)
            {
                return [.. values];
            }

            if (TryConvert(answer, elementType, out object? value))
            {
                values.Add(value!);
            }
        }
    }

    private PSObject AskOne(FieldDescription field, string label, Type type)
    {
        while (true)
        {
            if (TryConvert(ReadAnswer(field, $"{label}: "), type, out object? value))
            {
                return PSObject.AsPSObject(value ?? string.Empty);
            }
        }
    }

    private string ReadAnswer(FieldDescription field, string prompt)
    {
        string answer;
        while ((answer = readLine(prompt)) == "!?")
        {
            terminal.WriteLine(string.IsNullOrEmpty(field.HelpMessage) ? $"There is no help for {field.Name}." : field.HelpMessage);
        }

        return answer;
    }

    private bool TryConvert(string answer, Type type, out object? value)
    {
        if (LanguagePrimitives.TryConvertTo(answer, type, out value))
        {
            return true;
        }

        terminal.WriteLine($"'{answer}' is not a {type.Name}.");
        return false;
    }
}
