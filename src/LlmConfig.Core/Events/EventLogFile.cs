using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The events as JSON lines in a file (docs/file-formats.md): created with mode 0600, one write for each line, so that several
/// processes share it, and bounded: what would grow beyond <see cref="MaximumBytes"/> becomes <c>&lt;file&gt;.1</c>. A file
/// that cannot be written leads to one warning and never to a failure.
/// </summary>
internal sealed class EventLogFile
{
    /// <summary>The largest size of the file: 4 MiB, about 15,000 events. With the one before it, twice that.</summary>
    public const long MaximumBytes = 4 * 1024 * 1024;

    /// <summary>What the name of the file before gets.</summary>
    public const string RotatedExtension = ".1";

    // Once for each process: a script with a hundred commands is told once.
    private static readonly ConcurrentDictionary<string, bool> Told = new(StringComparer.Ordinal);

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly StoreFileSystem _files;
    private readonly TimeProvider _clock;
    private readonly Action<LlmConfigWarning> _warn;
    private readonly long _limit;

    /// <param name="path">The file; one that is not absolute is not written, since the current folder is no place for it.</param>
    /// <param name="files">The file system.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="warn">Told once when it cannot be written.</param>
    /// <param name="limit">The largest size, for tests.</param>
    public EventLogFile(string path, StoreFileSystem files, TimeProvider clock, Action<LlmConfigWarning> warn, long limit = MaximumBytes)
    {
        _path = path;
        _files = files;
        _clock = clock;
        _warn = warn;
        _limit = limit;
    }

    /// <summary>Adds one event.</summary>
    public void Write(int id, string name, EventLevel level, string store, double? milliseconds, ReadOnlySpan<(string Name, string Value)> payload)
    {
        if (!Path.IsPathFullyQualified(_path))
        {
            Tell($"The log is not written: '{DisplayText.Of(_path)}' is not an absolute path. Let {LlmConfigOptions.LogVariable} name one.");
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", ConfigDocumentWriter.Time(_clock.GetUtcNow().UtcDateTime));
            json.WriteString("event", name);
            json.WriteNumber("id", id);
            json.WriteString("level", level.ToString());
            json.WriteNumber("process", Environment.ProcessId);
            json.WriteString("store", store);
            json.WriteStartObject("data");
            foreach ((string property, string value) in payload)
            {
                json.WriteString(property, value);
            }

            if (milliseconds is { } duration)
            {
                json.WriteNumber("milliseconds", duration);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        try
        {
            _files.AppendLine(_path, buffer.WrittenSpan, _limit);
        }
        catch (LlmConfigException e)
        {
            Tell($"The log is not written; the command goes on. {e.Message}");
        }
    }

    private void Tell(string message)
    {
        if (Told.TryAdd(_path, true))
        {
            _warn(new LlmConfigWarning(_path, message));
        }
    }
}
