using System.Diagnostics;
using System.Diagnostics.Tracing;

namespace LlmConfig;

/// <summary>
/// Tells the event source and the log file of changes and failures, both the same. Costs a test of two fields while nobody
/// listens. Never throws.
/// </summary>
internal sealed class EventLog(string store, EventLogFile? file, string? command = null)
{
    private static readonly string Program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) ?? string.Empty;

    /// <summary>True while somebody listens.</summary>
    private bool IsOn => file is not null || LlmConfigEventSource.Log.IsEnabled();

    /// <summary>A moment to give to the members below.</summary>
    public static long Start() => Stopwatch.GetTimestamp();

    public void Created(LlmConfiguration item, long started) =>
        Changed(LlmConfigEventSource.ConfigurationCreatedId, nameof(LlmConfigEventSource.ConfigurationCreated), item, started);

    public void Changed(LlmConfiguration item, long started) =>
        Changed(LlmConfigEventSource.ConfigurationChangedId, nameof(LlmConfigEventSource.ConfigurationChanged), item, started);

    public void Removed(LlmConfiguration item, long started) =>
        Changed(LlmConfigEventSource.ConfigurationRemovedId, nameof(LlmConfigEventSource.ConfigurationRemoved), item, started);

    /// <summary>Tells what an import did with one item, as the change that it is.</summary>
    public void Imported(ImportResult result, long started) =>
        Applied(nameof(LlmConfigRepository.Import), result.Action, result.Configuration, result.Error, started);

    public void Applied(DesiredStep step, long started) =>
        Applied(nameof(LlmConfigRepository.Apply), step.Action, step.After ?? step.Before, step.Error, started);

    private void Applied(string operation, ImportAction action, LlmConfiguration? item, LlmConfigException? error, long started)
    {
        if (error is not null)
        {
            Failed(operation, error, started);
            return;
        }

        switch (action)
        {
            case ImportAction.Create:
                Created(item!, started);
                break;
            case ImportAction.Update:
                Changed(item!, started);
                break;
            case ImportAction.Remove:
                Removed(item!, started);
                break;
            default:
                // Nothing was changed.
                break;
        }
    }

    public void StoreChanged(string setting, string value, long started)
    {
        if (IsOn)
        {
            double milliseconds = Milliseconds(started);
            LlmConfigEventSource.Log.StoreChanged(store, setting, value, milliseconds);
            Write(LlmConfigEventSource.StoreChangedId, nameof(LlmConfigEventSource.StoreChanged), EventLevel.Informational, milliseconds, ("setting", setting), ("value", value));
        }
    }

    public void KeyWritten(KeyReference key, long started)
    {
        if (IsOn)
        {
            double milliseconds = Milliseconds(started);
            LlmConfigEventSource.Log.KeyWritten(store, key.Vault, key.KeyId, milliseconds);
            WriteKey(LlmConfigEventSource.KeyWrittenId, nameof(LlmConfigEventSource.KeyWritten), key, milliseconds);
        }
    }

    /// <summary>Tells that a key was handed out, to whom, and by what.</summary>
    /// <param name="item">The configuration.</param>
    /// <param name="operation">The member that was called, where the program did not say which of its commands did.</param>
    /// <param name="started">When the reading began.</param>
    public void KeyRead(LlmConfiguration item, string operation, long started)
    {
        if (item.Key is { } key)
        {
            KeyRead(key, item, operation, started);
        }
    }

    /// <summary>Tells that a secret of the built-in vault was handed out by its name, which is that of a key or another program's.</summary>
    public void SecretRead(string name, string operation, long started) =>
        KeyRead(new KeyReference(LocalVault.VaultName, name), null, operation, started);

    private void KeyRead(KeyReference key, LlmConfiguration? item, string operation, long started)
    {
        if (IsOn)
        {
            double milliseconds = Milliseconds(started);
            (string id, string name, string by) = (item?.Id.ToString("D") ?? string.Empty, DisplayText.WithoutKeys(item?.Name ?? string.Empty), command ?? operation);
            LlmConfigEventSource.Log.KeyRead(store, key.Vault, key.KeyId, id, name, Program, by, milliseconds);
            Write(
                LlmConfigEventSource.KeyReadId,
                nameof(LlmConfigEventSource.KeyRead),
                EventLevel.Informational,
                milliseconds,
                ("vault", key.Vault),
                ("keyId", key.KeyId),
                ("id", id),
                ("name", name),
                ("program", Program),
                ("command", by));
        }
    }

    public void KeyRemoved(KeyReference key, long started)
    {
        if (IsOn)
        {
            double milliseconds = Milliseconds(started);
            LlmConfigEventSource.Log.KeyRemoved(store, key.Vault, key.KeyId, milliseconds);
            WriteKey(LlmConfigEventSource.KeyRemovedId, nameof(LlmConfigEventSource.KeyRemoved), key, milliseconds);
        }
    }

    public void LabelWritten(KeyReference key, long started)
    {
        if (IsOn)
        {
            double milliseconds = Milliseconds(started);
            LlmConfigEventSource.Log.LabelWritten(store, key.Vault, key.KeyId, milliseconds);
            WriteKey(LlmConfigEventSource.LabelWrittenId, nameof(LlmConfigEventSource.LabelWritten), key, milliseconds);
        }
    }

    public void ChangeFinished(long started)
    {
        if (IsOn)
        {
            double milliseconds = Milliseconds(started);
            LlmConfigEventSource.Log.ChangeFinished(store, milliseconds);
            Write(LlmConfigEventSource.ChangeFinishedId, nameof(LlmConfigEventSource.ChangeFinished), EventLevel.Warning, milliseconds);
        }
    }

    public void Repaired(RepairResult result, long started)
    {
        if (IsOn)
        {
            double milliseconds = Milliseconds(started);
            (string target, string message) = (DisplayText.WithoutKeys(result.Target), DisplayText.WithoutKeys(result.Message));
            LlmConfigEventSource.Log.Repaired(store, result.Check, target, message, milliseconds);
            Write(
                LlmConfigEventSource.RepairedId,
                nameof(LlmConfigEventSource.Repaired),
                EventLevel.Warning,
                milliseconds,
                ("check", result.Check),
                ("target", target),
                ("message", message));
        }
    }

    /// <summary>Tells of a failure, once for each exception however many members it passes through.</summary>
    /// <returns>False: fit for the filter of a catch, which leaves the exception as it is.</returns>
    public bool Failed(string operation, LlmConfigException error, long started)
    {
        if (IsOn && !error.IsLogged)
        {
            error.IsLogged = true;
            double milliseconds = Milliseconds(started);
            (string target, string message) = (DisplayText.WithoutKeys(DisplayText.Of(error.Target) ?? string.Empty), DisplayText.WithoutKeys(error.Problem));
            LlmConfigEventSource.Log.Failed(store, operation, error.Code.ToString(), target, message, milliseconds);
            Write(
                LlmConfigEventSource.FailedId,
                nameof(LlmConfigEventSource.Failed),
                EventLevel.Error,
                milliseconds,
                ("operation", operation),
                ("code", error.Code.ToString()),
                ("target", target),
                ("message", message));
        }

        return false;
    }

    public void Warned(LlmConfigWarning warning)
    {
        if (IsOn)
        {
            (string target, string message) = (DisplayText.WithoutKeys(warning.Target), DisplayText.WithoutKeys(warning.Message));
            LlmConfigEventSource.Log.Warned(store, target, message);
            Write(LlmConfigEventSource.WarnedId, nameof(LlmConfigEventSource.Warned), EventLevel.Warning, null, ("target", target), ("message", message));
        }
    }

    // Microseconds are finer than what a disk or a vault repeats.
    private static double Milliseconds(long started) => Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 3);

    private void Changed(int id, string name, LlmConfiguration item, long started)
    {
        if (!IsOn)
        {
            return;
        }

        double milliseconds = Milliseconds(started);
        string vault = item.Vault ?? string.Empty;
        string itemId = item.Id.ToString("D");
        string itemName = DisplayText.WithoutKeys(item.Name);
        switch (id)
        {
            case LlmConfigEventSource.ConfigurationCreatedId:
                LlmConfigEventSource.Log.ConfigurationCreated(store, itemId, itemName, item.Provider, vault, milliseconds);
                break;
            case LlmConfigEventSource.ConfigurationChangedId:
                LlmConfigEventSource.Log.ConfigurationChanged(store, itemId, itemName, item.Provider, vault, milliseconds);
                break;
            default:
                LlmConfigEventSource.Log.ConfigurationRemoved(store, itemId, itemName, item.Provider, vault, milliseconds);
                break;
        }

        Write(id, name, EventLevel.Informational, milliseconds, ("id", itemId), ("name", itemName), ("provider", item.Provider), ("vault", vault));
    }

    private void WriteKey(int id, string name, KeyReference key, double milliseconds) =>
        Write(id, name, EventLevel.Informational, milliseconds, ("vault", key.Vault), ("keyId", key.KeyId));

    private void Write(int id, string name, EventLevel level, double? milliseconds, params ReadOnlySpan<(string Name, string Value)> payload) =>
        file?.Write(id, name, level, store, milliseconds, payload);
}
