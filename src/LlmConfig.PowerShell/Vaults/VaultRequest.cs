using System.Text.Json;

namespace LlmConfig;

/// <summary>The words of the protocol between <c>llmconfig</c> and the PowerShell that serves its vaults. Compiled into both programs.</summary>
internal static class VaultRequest
{
    public const string Action = "action";
    public const string Vault = "vault";
    public const string KeyId = "keyId";
    public const string Label = "label";

    public const string Profile = "profile";

    public const string Open = "open";
    public const string Probe = "probe";
    public const string Write = "write";
    public const string Flush = "flush";
    public const string Read = "read";
    public const string Remove = "remove";
    public const string List = "list";
    public const string ListSecrets = "listSecrets";
    public const string Relabel = "relabel";

    public const string IsBuiltIn = "isBuiltIn";
    public const string NeedsProbe = "needsProbe";
    public const string TakesLabels = "takesLabels";
    public const string Keys = "keys";
    public const string Secrets = "secrets";

    public const string Error = "error";
    public const string Code = "code";
    public const string Target = "target";
    public const string Problem = "problem";
    public const string RecommendedAction = "recommendedAction";

    /// <summary>The label of a request or of an entry of an answer; <see langword="null"/> where it has none.</summary>
    public static KeyLabel? ToLabel(JsonElement parent) =>
        parent.Texts(Label) is { } label
            ? KeyLabel.TryFrom(label.ToDictionary(pair => pair.Key, pair => (object?)pair.Value, StringComparer.OrdinalIgnoreCase))
            : null;
}
