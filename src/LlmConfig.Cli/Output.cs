using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>
/// What a run puts out: data on standard output, as text for a person or as one JSON document; errors, warnings and questions on
/// standard error. Everything is held until the verb is done, so that the document is whole whatever happens.
/// </summary>
internal sealed class Output(IConsole console, bool json)
{
    // For a program to read: nothing is escaped that JSON does not make one escape.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Failure> _failures = [];
    private readonly ArrayBufferWriter<byte> _data = new();
    private readonly StringBuilder _text = new();

    /// <summary>True where a program reads: one document, and nothing else on standard output.</summary>
    public bool Json => json;

    public bool HasFailed => _failures.Count > 0;

    // True where colours help somebody: see https://no-color.org.
    private bool HasColor => console.OutputIsTerminal && !OperatingSystem.IsWindows()
        && string.IsNullOrEmpty(console.Variable("NO_COLOR")) && console.Variable("TERM") is not (null or "" or "dumb");

    /// <summary>Takes what is to be shown.</summary>
    public void Show<T>(IReadOnlyList<T> items, View<T> view)
    {
        if (!json)
        {
            view.Lay(new TextPage(_text, console.Width, HasColor), items);
            return;
        }

        foreach (T item in items)
        {
            WriteJson(writer => writer.WriteFields(view.Fields(item)));
        }
    }

    /// <summary>Takes a text that is data by itself, such as an export.</summary>
    public void ShowText(string text)
    {
        if (json)
        {
            WriteJson(writer => writer.WriteStringValue(text));
        }
        else
        {
            _text.Append(text).Append('\n');
        }
    }

    /// <summary>Takes a key that was asked for, as one text of the document.</summary>
    public void ShowKey(ApiKey key) => WriteJson(writer => writer.WriteStringValue(key.Utf8));

    /// <summary>Takes variables: each with its name and its value, null for one that is to be unset.</summary>
    public void ShowVariables(LlmEnvironment environment)
    {
        foreach (string name in environment.Variables)
        {
            WriteJson(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                if (environment.KeyVariables.Contains(name))
                {
                    writer.WriteString("value", environment.KeyUtf8);
                }
                else
                {
                    writer.WriteString("value", environment.Settings.GetValueOrDefault(name));
                }

                writer.WriteEndObject();
            });
        }
    }

    /// <summary>Says what was done: to a person in a sentence, to a program with the configurations as they are now.</summary>
    public void Report(IReadOnlyList<LlmConfiguration> items, string text)
    {
        if (json)
        {
            Show(items, Views.Configuration);
        }
        else
        {
            Tell(text);
        }
    }

    /// <summary>Writes warnings, at once.</summary>
    public void Warn(IReadOnlyList<LlmConfigWarning> warnings)
    {
        foreach (LlmConfigWarning warning in warnings)
        {
            Tell($"llmconfig: warning: {ProgramWords.Translate(warning.Message)}");
        }
    }

    public void Fail(LlmConfigException error) => Fail(new Failure(error));

    public void Fail(IEnumerable<LlmConfigException?> errors) =>
        _failures.AddRange(errors.OfType<LlmConfigException>().Select(error => new Failure(error)));

    public void Fail(Failure failure) => _failures.Add(failure);

    /// <summary>Says something to a person, at once.</summary>
    public void Tell(string text, bool endsLine = true)
    {
        console.Error.Write(Encoding.UTF8.GetBytes(endsLine ? text + "\n" : text));
        console.Error.Flush();
    }

    /// <summary>Says what was done, where a person would wonder; not to a program.</summary>
    public void Done(string text)
    {
        if (!json && text.Length > 0)
        {
            Tell(text);
        }
    }

    /// <summary>Writes everything.</summary>
    public void Finish(IReadOnlyList<LlmConfigWarning> warnings)
    {
        if (json)
        {
            WriteDocument();
        }
        else if (_text.Length > 0)
        {
            console.Output.Write(Encoding.UTF8.GetBytes(_text.ToString()));
            console.Output.Flush();
        }

        Warn(warnings);
        foreach (Failure failure in json ? [] : _failures)
        {
            Tell($"llmconfig: {failure.Message}{(failure.RecommendedAction is null ? string.Empty : "\n" + failure.RecommendedAction)}");
        }
    }

    private void WriteJson(Action<Utf8JsonWriter> write)
    {
        if (_data.WrittenCount > 0)
        {
            _data.Write(","u8);
        }

        using var writer = new Utf8JsonWriter(_data, Compact);
        write(writer);
    }

    private void WriteDocument()
    {
        using (var writer = new Utf8JsonWriter(console.Output, Compact))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("success", !HasFailed);
            if (HasFailed)
            {
                writer.WriteField("error", Fields(_failures[0]));
            }

            if (_failures.Count > 1)
            {
                writer.WriteField("errors", _failures.Select(Fields));
            }

            // After a failure only what there is: most failures have nothing to show.
            if (!HasFailed || _data.WrittenCount > 0)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue([(byte)'[', .. _data.WrittenSpan, (byte)']'], skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        console.Output.Write("\n"u8);
        console.Output.Flush();

        // Zeroes it: it may hold a key.
        _data.Clear();

        static (string, object?)[] Fields(Failure failure) =>
            [("code", failure.Code), ("message", failure.Message), ("target", failure.Target), ("recommendedAction", failure.RecommendedAction)];
    }
}
