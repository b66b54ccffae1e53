using System.Globalization;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>Where a store is, and how its keys are protected.</summary>
internal sealed class StoreView : View<StoreInfo>
{
    public override void WriteText(TextPage page, IReadOnlyList<StoreInfo> items)
    {
        foreach (StoreInfo item in items)
        {
            page.List(
            [
                new("Folder", item.Path),
                new("  because of", item.PathReason),
                new("Configurations", item.Exists ? item.ConfigurationCount.ToString(CultureInfo.InvariantCulture) : "none yet"),
                new("Default", item.DefaultConfiguration),
                new("New keys go to", item.DefaultVault),
                new("  because", ProgramWords.Translate(item.DefaultVaultReason)),
                .. item.Vaults.Select(vault => new KeyValuePair<string, Cell>("Vault", vault.ToString())),
                new("Protector", item.Protector?.ToString()),
                new("  because", ProgramWords.Translate(item.ProtectorReason)),
                new("  state", new Cell(item.ProtectorState.ToString(), item.ProtectorState == ProtectorState.Ready ? Tone.Good : Tone.Doubtful)),
                new("Changes under way", item.PendingChanges.ToString(CultureInfo.InvariantCulture)),
                new("Revision", item.Revision.ToString(CultureInfo.InvariantCulture)),
                new("Id", item.StoreId?.ToString("D")),
            ]);
        }
    }

    public override void WriteJson(Utf8JsonWriter writer, StoreInfo item)
    {
        writer.WriteStartObject();
        writer.WriteString("path", item.Path);
        writer.WriteString("pathReason", item.PathReason);
        writer.WriteBoolean("exists", item.Exists);
        writer.WriteId("storeId", item.StoreId);
        writer.WriteNumber("revision", item.Revision);
        writer.WriteNumber("configurationCount", item.ConfigurationCount);
        writer.WriteString("defaultConfiguration", item.DefaultConfiguration);
        writer.WriteString("defaultVault", item.DefaultVault);
        writer.WriteString("defaultVaultReason", ProgramWords.Translate(item.DefaultVaultReason));
        writer.WriteStartArray("vaults");
        foreach (VaultInfo vault in item.Vaults)
        {
            writer.WriteStartObject();
            writer.WriteString("name", vault.Name);
            writer.WriteNumber("keyCount", vault.KeyCount);
            writer.WriteString("module", vault.Profile?.Module);
            writer.WriteString("form", vault.Profile?.Form.ToString());
            writer.WriteString("prefix", vault.Profile?.Prefix);
            writer.WriteBoolean("takesLabels", vault.Profile?.TakesLabels == true);
            writer.WriteBoolean("listsNames", vault.Profile?.ListsNames == true);
            writer.WriteTime("probedAt", vault.Profile?.ProbedAt);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("protector", item.Protector?.ToString());
        writer.WriteString("protectorReason", ProgramWords.Translate(item.ProtectorReason));
        writer.WriteString("protectorState", item.ProtectorState.ToString());
        writer.WriteNumber("pendingChanges", item.PendingChanges);
        writer.WriteEndObject();
    }
}
