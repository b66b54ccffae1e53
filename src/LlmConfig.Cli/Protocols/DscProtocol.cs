using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>
/// What DSC asks a resource: a JSON object on standard input, lines of JSON on standard output. The first line is the state, which never holds
/// a key; the second one, of set and test, the names of the properties that differ or were changed. The manifests in module/ say which
/// operation is asked how. See docs/reference/schemas/resource of PowerShell/DSC.
/// </summary>
internal static class DscProtocol
{
    /// <summary>What the secret extension calls the store, in the place of a vault.</summary>
    public const string Vault = "LlmConfig";

    // Properties that are given and never shown: DSC must not name them as different.
    private const string WriteOnly = "apiKey";

    // A desired configuration holds a key of 64 KiB at most, escaped.
    private const int LongestInput = 1024 * 1024;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One operation of a configuration.</summary>
    public static void Configuration(Session session, string operation, bool whatIf)
    {
        if (operation == "export")
        {
            foreach (LlmConfiguration item in session.Repository.GetAll())
            {
                WriteState(session, item.Name, item);
            }

            return;
        }

        using DesiredState wanted = Read(session, utf8 => DesiredState.FromJson(utf8));
        string name = wanted.Configurations[0].Name;
        if (operation == "get")
        {
            WriteState(session, name, session.Repository.Find(name));
            return;
        }

        using DesiredState? absent = operation == "delete" ? new DesiredState(new DesiredConfiguration { Name = name, Exists = false }) : null;
        DesiredPlan plan = session.Repository.PlanDesiredState(absent ?? wanted);
        DesiredStep step = plan.Steps[0];
        if (operation is "set" or "delete" && !whatIf && step.Error is null)
        {
            step = session.Repository.Apply(plan)[0];
        }

        if (step.Error is { } error)
        {
            throw error;
        }

        if (operation is "set" or "test")
        {
            bool isTest = operation == "test";
            WriteState(session, name, isTest ? step.Before : step.Action == ImportAction.Remove ? null : step.After, isTest ? step.IsInDesiredState : null);
            WriteNames(session, step.Differences.Where(property => property != WriteOnly));
        }
    }

    /// <summary>One operation of the store.</summary>
    public static void Store(Session session, string operation, bool whatIf)
    {
        DesiredStore wanted = operation == "export" ? new DesiredStore() : Read(session, utf8 => DesiredStore.FromJson(utf8));
        IReadOnlyList<string> differences = operation == "set" && !whatIf ? session.Repository.Apply(wanted) : session.Repository.Compare(wanted);
        StoreInfo store = session.Repository.GetStore();
        WriteLine(session, json =>
        {
            json.WriteStartObject();
            json.WriteString("path", store.Path);
            json.WriteField("storeId", store.StoreId);
            json.WriteNumber("revision", store.Revision);
            json.WriteNumber("configurationCount", store.ConfigurationCount);
            json.WriteString("defaultVault", whatIf && differences.Contains("defaultVault") ? wanted.DefaultVault : store.DefaultVault);
            json.WriteField("protector", whatIf && differences.Contains("protector") ? wanted.Protector!.Value.ToString() : store.Protector);
            json.WriteString("protectorState", store.ProtectorState);
            if (operation == "test")
            {
                json.WriteBoolean("_inDesiredState", differences.Count == 0);
            }

            json.WriteEndObject();
        });
        if (operation is "set" or "test")
        {
            WriteNames(session, differences);
        }
    }

    /// <summary>The schema of the objects that a resource takes and gives, from its manifest.</summary>
    public static void Schema(Session session, string resource)
    {
        using Stream manifest = typeof(DscProtocol).Assembly.GetManifestResourceStream($"LlmConfig.{resource}.dsc.resource.json")!;
        using JsonDocument document = JsonDocument.Parse(manifest);
        WriteLine(session, document.RootElement.GetProperty("schema").GetProperty("embedded").WriteTo);
    }

    /// <summary>The key of a configuration for DSC's secret(); nothing where the name or the vault is not ours, since DSC asks every extension.</summary>
    public static void Secret(Session session, string name, string? vault)
    {
        if (!string.Equals(vault, Vault, StringComparison.OrdinalIgnoreCase) || session.Repository.Find(name) is not { } item)
        {
            return;
        }

        using ApiKey key = session.Repository.GetKey(item);
        session.Console.Output.Write(key.Utf8);
        session.Console.Output.Write("\n"u8);
        session.Console.Output.Flush();
    }

    private static T Read<T>(Session session, Func<ReadOnlySpan<byte>, T> read)
    {
        if (session.Console.InputIsTerminal)
        {
            throw new UsageException("Nobody asks: standard input is a terminal.", "DSC gives the desired state on standard input, as a JSON object.");
        }

        byte[] buffer = GC.AllocateArray<byte>(LongestInput + 1, pinned: true);
        try
        {
            int length = SecretInput.ReadAll(session.Console.Input, buffer);
            return length > LongestInput ? throw new UsageException("The input is longer than 1 MiB.", "Give one configuration.") : read(buffer.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static void WriteState(Session session, string name, LlmConfiguration? item, bool? isInDesiredState = null) => WriteLine(session, json =>
    {
        json.WriteStartObject();
        json.WriteString("name", item?.Name ?? name);
        json.WriteBoolean("_exist", item is not null);
        if (item is not null)
        {
            foreach ((string property, object? value) in Properties(item).Where(property => property.Value is not null))
            {
                json.WriteField(property, value);
            }
        }

        if (isInDesiredState is { } answer)
        {
            json.WriteBoolean("_inDesiredState", answer);
        }

        json.WriteEndObject();
    });

    private static (string Name, object? Value)[] Properties(LlmConfiguration item) =>
    [
        ("id", item.Id),
        ("provider", item.Provider),
        ("baseUrl", item.BaseUrl),
        ("useAuthHeader", item.UseAuthHeader),
        ("model", item.Model),
        ("organization", item.Organization),
        ("project", item.Project),
        ("apiVersion", item.ApiVersion),
        ("headers", item.Headers),
        ("description", item.Description),
        ("tags", item.Tags),
        ("owner", item.Owner),
        ("isDefault", item.IsDefault),
        ("vault", item.Vault),
        ("keyName", item.KeyName),
        ("keyPresent", item.Vault is not null),
        ("keyExpires", item.ExpiresAt),
        ("managedBy", item.ManagedBy),
    ];

    private static void WriteNames(Session session, IEnumerable<string> names) => WriteLine(session, json =>
    {
        json.WriteStartArray();
        foreach (string name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    });

    private static void WriteLine(Session session, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(session.Console.Output, Compact))
        {
            write(json);
        }

        session.Console.Output.Write("\n"u8);
        session.Console.Output.Flush();
    }
}
