namespace LlmConfig;

/// <summary>One entry of the provider catalogue: how a provider is reached and how its tools find a key.</summary>
public sealed record LlmProvider
{
    internal LlmProvider(string id, string displayName, string? defaultBaseUrl, string keyVariables)
    {
        Id = id;
        DisplayName = displayName;
        DefaultBaseUrl = defaultBaseUrl;
        KeyVariables = Array.AsReadOnly(keyVariables.Split(' '));
    }

    /// <summary>The id that a configuration holds: lower-case ASCII letters and dashes.</summary>
    public string Id { get; }

    /// <summary>The name as the vendor writes it.</summary>
    public string DisplayName { get; }

    /// <summary>The base URL that is used where a configuration has none; <see langword="null"/> where one must be given.</summary>
    public string? DefaultBaseUrl { get; }

    /// <summary>What a base URL of this provider looks like, where there is no default; else <see langword="null"/>.</summary>
    public string? BaseUrlExample { get; internal init; }

    /// <summary>The environment variables in which the provider's SDK looks for a key, in its order.</summary>
    public IReadOnlyList<string> KeyVariables { get; }

    /// <summary>
    /// The variables that take the key in the place of <see cref="KeyVariables"/> when it goes out as
    /// <c>Authorization: Bearer</c>; empty where the tools do not tell the two apart by the variable.
    /// </summary>
    public IReadOnlyList<string> BearerKeyVariables { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>The environment variable from which the provider's SDK takes a base URL, or <see langword="null"/>.</summary>
    public string? BaseUrlVariable { get; internal init; }

    /// <summary>
    /// The ends of a base URL that the SDK adds by itself to what <see cref="BaseUrlVariable"/> holds, so that the variable
    /// must not have them; longest first, empty where the variable takes the whole base URL.
    /// </summary>
    public IReadOnlyList<string> BaseUrlTails { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>The environment variables from which the provider's tools take a default model; empty where none does.</summary>
    public IReadOnlyList<string> ModelVariables { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>
    /// The variables in which other vendors' tools look for the same things, as <c>NAME=value</c>, in which <c>{key}</c> stands for the
    /// key, <c>{base}</c> for the base URL, <c>{endpoint}</c> for the base URL without the first of <see cref="BaseUrlTails"/> that it
    /// ends with, <c>{host}</c> for its scheme, host and port, <c>{path}</c> for its path without the slashes around it, and
    /// <c>{model}</c> for the model. One whose value is not there is cleared.
    /// </summary>
    public IReadOnlyList<string> ToolVariables { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>
    /// Further variables that would win over the key, the base URL or the account that the ones above stand for, in the
    /// provider's SDK or in widespread tools. They have to be cleared for the others to count.
    /// </summary>
    public IReadOnlyList<string> OverridingVariables { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>
    /// The provider's own header for the key (<c>x-api-key</c>, <c>api-key</c>, <c>x-goog-api-key</c>), or
    /// <see langword="null"/> where it only knows <c>Authorization: Bearer</c>.
    /// </summary>
    public string? KeyHeader { get; internal init; }

    /// <summary>True where the provider's SDK sends <c>Authorization: Bearer</c>, false where it sends <see cref="KeyHeader"/>.</summary>
    public bool UseAuthHeader => KeyHeader is null;

    /// <summary>False for the servers that answer without a key (on this machine, as a rule).</summary>
    public bool KeyRequired { get; internal init; } = true;

    /// <summary>
    /// How the provider's keys begin at the time of writing. They change without notice, so they may only ever
    /// lead to a warning. Empty where there is no known pattern.
    /// </summary>
    public IReadOnlyList<string> KeyPrefixes { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>
    /// A GET request that fails without a valid key, as a URL in which <c>{base}</c> stands for the base URL and
    /// <c>{endpoint}</c> for the base URL without the first of <see cref="BaseUrlTails"/> that it ends with;
    /// <see langword="null"/> where none is confirmed.
    /// </summary>
    public string? KeyCheck { get; internal init; } = "{base}/models";

    /// <summary>True where the answer to <see cref="KeyCheck"/> lists the models that a configuration may name.</summary>
    internal bool KeyCheckListsModels { get; init; } = true;

    /// <summary>The HTTP status codes by which the provider says that it does not take a key.</summary>
    public IReadOnlyList<int> KeyRefusedStatusCodes { get; internal init; } = [401, 403];

    /// <summary>Further headers that the provider's API asks for, as <c>name: value</c>.</summary>
    public IReadOnlyList<string> ExtraHeaders { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>A base URL without the end that <see cref="BaseUrlVariable"/> must not have; no slash at the end.</summary>
    internal string WithoutTail(string baseUrl)
    {
        string trimmed = baseUrl.TrimEnd('/');
        string? tail = BaseUrlTails.FirstOrDefault(end => trimmed.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return tail is null ? trimmed : trimmed[..^tail.Length];
    }

    /// <summary>The base URL that <see cref="BaseUrlVariable"/> stands for: with the end that the SDK adds; no slash at the end.</summary>
    internal string WithTail(string variable)
    {
        string trimmed = variable.TrimEnd('/');
        return BaseUrlTails.Count == 0 || BaseUrlTails.Any(end => trimmed.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            ? trimmed
            : trimmed + BaseUrlTails[0];
    }

    /// <summary>The id.</summary>
    public override string ToString() => Id;
}
