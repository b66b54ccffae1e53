using System.Diagnostics.Tracing;

namespace LlmConfig;

/// <summary>
/// The event source <c>LlmConfig</c>: one event for each change and each failure, for dotnet-trace, an
/// <see cref="EventListener"/> and the like (docs/events.md). No payload holds a key. Ids and payloads are a contract: new
/// ones are added, none is changed.
/// </summary>
[EventSource(Name = "LlmConfig")]
internal sealed class LlmConfigEventSource : EventSource
{
    public const int ConfigurationCreatedId = 1;
    public const int ConfigurationChangedId = 2;
    public const int ConfigurationRemovedId = 3;
    public const int StoreChangedId = 4;
    public const int KeyWrittenId = 5;
    public const int KeyRemovedId = 6;
    public const int LabelWrittenId = 7;
    public const int ChangeFinishedId = 8;
    public const int RepairedId = 9;
    public const int FailedId = 10;
    public const int WarnedId = 11;
    public const int KeyReadId = 12;

    public static readonly LlmConfigEventSource Log = new();

    private LlmConfigEventSource()
    {
    }

    [Event(ConfigurationCreatedId, Level = EventLevel.Informational, Message = "Created '{2}' ({3}), key in '{4}', in {5} ms.")]
    public void ConfigurationCreated(string store, string id, string name, string provider, string vault, double milliseconds) =>
        WriteEvent(ConfigurationCreatedId, store, id, name, provider, vault, milliseconds);

    [Event(ConfigurationChangedId, Level = EventLevel.Informational, Message = "Changed '{2}' ({3}), key in '{4}', in {5} ms.")]
    public void ConfigurationChanged(string store, string id, string name, string provider, string vault, double milliseconds) =>
        WriteEvent(ConfigurationChangedId, store, id, name, provider, vault, milliseconds);

    [Event(ConfigurationRemovedId, Level = EventLevel.Informational, Message = "Removed '{2}' ({3}), key in '{4}', in {5} ms.")]
    public void ConfigurationRemoved(string store, string id, string name, string provider, string vault, double milliseconds) =>
        WriteEvent(ConfigurationRemovedId, store, id, name, provider, vault, milliseconds);

    [Event(StoreChangedId, Level = EventLevel.Informational, Message = "Set {1} to '{2}' in {3} ms.")]
    public void StoreChanged(string store, string setting, string value, double milliseconds) =>
        WriteEvent(StoreChangedId, store, setting, value, milliseconds);

    [Event(KeyWrittenId, Level = EventLevel.Informational, Message = "Wrote {2} to '{1}' in {3} ms.")]
    public void KeyWritten(string store, string vault, string keyId, double milliseconds) =>
        WriteEvent(KeyWrittenId, store, vault, keyId, milliseconds);

    [Event(KeyRemovedId, Level = EventLevel.Informational, Message = "Removed {2} from '{1}' in {3} ms.")]
    public void KeyRemoved(string store, string vault, string keyId, double milliseconds) =>
        WriteEvent(KeyRemovedId, store, vault, keyId, milliseconds);

    [Event(LabelWrittenId, Level = EventLevel.Informational, Message = "Wrote the label of {2} in '{1}' in {3} ms.")]
    public void LabelWritten(string store, string vault, string keyId, double milliseconds) =>
        WriteEvent(LabelWrittenId, store, vault, keyId, milliseconds);

    [Event(ChangeFinishedId, Level = EventLevel.Warning, Message = "Finished what a dead process left undone, in {1} ms.")]
    public void ChangeFinished(string store, double milliseconds) => WriteEvent(ChangeFinishedId, store, milliseconds);

    [Event(RepairedId, Level = EventLevel.Warning, Message = "{1}: {3} ({2}, {4} ms)")]
    public void Repaired(string store, string check, string target, string message, double milliseconds) =>
        WriteEvent(RepairedId, store, check, target, message, milliseconds);

    [Event(FailedId, Level = EventLevel.Error, Message = "{1} failed with {2}: {4} ({3}, {5} ms)")]
    public void Failed(string store, string operation, string code, string target, string message, double milliseconds) =>
        WriteEvent(FailedId, store, operation, code, target, message, milliseconds);

    [Event(KeyReadId, Level = EventLevel.Informational, Message = "{6} of {5} read {2} of '{4}' from '{1}' in {7} ms.")]
    public void KeyRead(string store, string vault, string keyId, string id, string name, string program, string command, double milliseconds) =>
        WriteEvent(KeyReadId, store, vault, keyId, id, name, program, command, milliseconds);

    [Event(WarnedId, Level = EventLevel.Warning, Message = "{2} ({1})")]
    public void Warned(string store, string target, string message) => WriteEvent(WarnedId, store, target, message);
}
