using System.Buffers;
using System.Management.Automation;
using System.Text.Json;

namespace LlmConfig.Shell;

/// <summary>The one document that <c>--json</c> puts on standard output.</summary>
internal sealed class JsonDocument
{
    private readonly ArrayBufferWriter<byte> _data = new();
    private readonly List<JsonError> _errors = [];

    public bool HasErrors => _errors.Count > 0;

    public void AddError(JsonError error) => _errors.Add(error);

    /// <summary>Adds an object of the output; what only lays out text is no data and is left out.</summary>
    public void AddData(PSObject? item)
    {
        if (item?.BaseObject.GetType().FullName?.StartsWith("Microsoft.PowerShell.Commands.Internal.Format.", StringComparison.Ordinal) == true)
        {
            return;
        }

        // Into a buffer of its own first: an object that cannot be written must not leave half of itself behind.
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ObjectJson.Compact))
        {
            new ObjectJson(writer, ObjectJsonStyle.Document).Write(item);
        }

        if (_data.WrittenCount > 0)
        {
            _data.Write(","u8);
        }

        _data.Write(buffer.WrittenSpan);
    }

    public void WriteTo(Stream stream)
    {
        using (var writer = new Utf8JsonWriter(stream, ObjectJson.Compact))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("success", !HasErrors);
            if (HasErrors)
            {
                writer.WritePropertyName("error");
                Write(writer, _errors[0]);
                if (_errors.Count > 1)
                {
                    writer.WriteStartArray("errors");
                    foreach (JsonError error in _errors)
                    {
                        Write(writer, error);
                    }

                    writer.WriteEndArray();
                }
            }

            // After a failure only what there is: most failures have nothing to show.
            if (!HasErrors || _data.WrittenCount > 0)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue([(byte)'[', .. _data.WrittenSpan, (byte)']'], skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        stream.Write("\n"u8);
        stream.Flush();
    }

    private static void Write(Utf8JsonWriter writer, JsonError error)
    {
        writer.WriteStartObject();
        writer.WriteString("code", error.Code);
        writer.WriteString("message", error.Message);
        writer.WriteString("target", error.Target);
        writer.WriteString("recommendedAction", error.RecommendedAction);
        writer.WriteEndObject();
    }
}
