using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>
/// Completes arguments of the cmdlets: with what the store's file, the catalogue and SecretManagement's list of vaults say. A store that
/// cannot be read completes nothing; no vault is asked and nothing is changed.
/// </summary>
public abstract class LlmConfigCompleter : IArgumentCompleter
{
    private protected LlmConfigCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        // Null, and not nothing: the engine shows an empty line for a second nothing.
        Candidates(fakeBoundParameters) is { } candidates ? CompletionText.Matching(wordToComplete, candidates) : null!;

    /// <summary>What could be completed; <see langword="null"/> to leave it to others.</summary>
    /// <param name="parameters">What the rest of the command line gives.</param>
    private protected abstract IEnumerable<CompletionCandidate>? Candidates(IDictionary parameters);

    private protected static IReadOnlyList<LlmConfiguration> Configurations() => Ask(repository => repository.GetAll());

    private protected static IReadOnlyList<T> Ask<T>(Func<LlmConfigRepository, IReadOnlyList<T>> question)
    {
        try
        {
            using var repository = new LlmConfigRepository(StoreFolder.Resolve());
            return question(repository);
        }
        catch (LlmConfigException)
        {
            return [];
        }
    }

    // What configurations have of a kind, sorted, each with the names of those that have it.
    private protected static IEnumerable<CompletionCandidate> Used(Func<LlmConfiguration, IReadOnlyList<string>> texts, Func<string, string> tip) => Configurations()
        .SelectMany(texts, (item, text) => (item.Name, Text: text))
        .GroupBy(pair => pair.Text, pair => pair.Name, StringComparer.OrdinalIgnoreCase)
        .OrderBy(group => group.Key, StringComparer.OrdinalIgnoreCase)
        .Select(group => new CompletionCandidate(group.Key, tip(string.Join(", ", group.Order(StringComparer.OrdinalIgnoreCase)))));

    // The provider that was given, else that of the configuration that was named.
    private protected static string? Provider(IDictionary parameters) => Text(parameters, "Provider") ?? Named(parameters)?.Provider;

    private protected static LlmConfiguration? Named(IDictionary parameters) => Text(parameters, "Name") is { } name
        ? Configurations().FirstOrDefault(item => string.Equals(item.Name, name.Trim(), StringComparison.OrdinalIgnoreCase))
        : null;

    private protected static string? Text(IDictionary parameters, string name)
    {
        object? value = parameters[name] is PSObject wrapped ? wrapped.BaseObject : parameters[name];
        return value is string { Length: > 0 } text ? text : null;
    }

    private protected static IEnumerable<(LlmProvider Provider, string Variable)> KeyVariables(IEnumerable<LlmProvider> providers) => providers
        .SelectMany(item => item.KeyVariables.Concat(item.BearerKeyVariables), (item, variable) => (item, variable))
        .DistinctBy(pair => pair.variable);
}

/// <summary>Completes the names of the store's configurations.</summary>
public sealed class ConfigurationNameCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) => Names();

    internal static IEnumerable<CompletionCandidate> Names() => Configurations()
        .OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase)
        .Select(item => new CompletionCandidate(item.Name, $"{item.Provider} {DisplayText.WithAsciiHost(item.BaseUrl)}"));
}

/// <summary>Completes the ids of the store's configurations, listed under their names: a name that was begun completes too.</summary>
public sealed class ConfigurationIdCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) => Configurations()
        .OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase)
        .Select(item => new CompletionCandidate(item.Id.ToString("D"), $"{item.Name} ({item.Provider})") { Listed = item.Name });
}

/// <summary>Completes provider ids.</summary>
public sealed class ProviderCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) => LlmProviderCatalog.All
        .Select(provider => new CompletionCandidate(provider.Id, $"{provider.DisplayName} {provider.DefaultBaseUrl ?? provider.BaseUrlExample}"));
}

/// <summary>Completes the ids of tools; with a configuration at hand, of those that can use it.</summary>
public sealed class ToolCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters)
    {
        LlmConfiguration? named = Named(parameters);
        return LlmToolCatalog.All.Where(tool => named is null || tool.Refusal(named) is null).Select(tool => new CompletionCandidate(tool.Id, tool.DisplayName));
    }
}

/// <summary>Completes the models of the provider at hand: those that configurations use, and those that it listed when it was asked online last.</summary>
public sealed class ModelCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) =>
        Ask(repository => repository.GetModels(Provider(parameters))).Select(model => new CompletionCandidate(model.Name, model.Source));
}

/// <summary>Completes base URLs: the one that the configuration at hand has, and the default, or else an example, of the provider at hand (of each, where none is).</summary>
public sealed class BaseUrlCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters)
    {
        IEnumerable<CompletionCandidate> own = Named(parameters) is { BaseUrl: { } url } item ? [new(url, $"The base URL of {item.Name}")] : [];
        IEnumerable<LlmProvider> providers = LlmProviderCatalog.Find(Provider(parameters)) is { } provider ? [provider] : LlmProviderCatalog.All;
        return own
            .Concat(providers.Select(provider => new CompletionCandidate(
                provider.DefaultBaseUrl ?? provider.BaseUrlExample!, provider.DefaultBaseUrl is null ? $"{provider.DisplayName}, an example" : provider.DisplayName)))
            .DistinctBy(candidate => candidate.Text);
    }
}

/// <summary>Completes $true and $false.</summary>
public sealed class BooleanCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) =>
        [new("$true", "The key goes as Authorization: Bearer") { IsCode = true }, new("$false", "The key goes in the provider's own header") { IsCode = true }];
}

/// <summary>
/// Completes names where a block or a name may stand. The engine asks this one for the empty word, and beside the names' own one for a word that was
/// begun, which it takes for both: then there is nothing to add.
/// </summary>
public sealed class NameOrBlockCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate>? Candidates(IDictionary parameters) =>
        parameters.Contains("Name") ? null : ConfigurationNameCompleter.Names();
}

/// <summary>
/// Completes the names of environment variables in which the provider at hand (any provider, where none is) looks for a
/// key and that are set now. Their values are never shown.
/// </summary>
public sealed class KeySourceCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) =>
        KeyVariables(LlmProviderCatalog.Find(Provider(parameters)) is { } provider ? [provider] : LlmProviderCatalog.All)
            .Where(pair => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(pair.Variable)))
            .Select(pair => new CompletionCandidate(pair.Variable, $"A key of {pair.Provider.DisplayName}; the variable is set"));
}

/// <summary>Completes the variables in which tools look for keys, set or not: where a key may be put.</summary>
public sealed class ToolVariableCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) => KeyVariables(LlmProviderCatalog.All)
        .Select(pair => new CompletionCandidate(pair.Variable, $"Where tools of {pair.Provider.DisplayName} look for a key"));
}

/// <summary>Completes vault names: the built-in one, those in which the store's keys lie, and those that are registered with SecretManagement.</summary>
public sealed class VaultCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) => Configurations()
        .Select(item => item.Vault)
        .OfType<string>()
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .Select(vault => new CompletionCandidate(vault, "A vault that holds keys of this store"))
        .Prepend(new CompletionCandidate(LlmConfigRepository.BuiltInVault, "The built-in vault"))
        .Concat(VaultRegistry.Read().Names.Select(vault => new CompletionCandidate(vault, "A vault that is registered with SecretManagement")))
        .DistinctBy(candidate => candidate.Text, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Completes the tags of the store's configurations.</summary>
public sealed class TagCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) =>
        Used(item => item.Tags ?? [], items => $"A tag of {items}");
}

/// <summary>Completes the owners of the store's configurations.</summary>
public sealed class OwnerCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) =>
        Used(item => item.Owner is { } owner ? [owner] : [], items => $"The owner of {items}");
}

/// <summary>
/// Completes the names of secrets that people keep in the vault that -Vault or -FromVault names. Only of the built-in vault, and only
/// where its protector gives the master key without a question: any other vault might ask somebody, or take its time.
/// </summary>
public sealed class KeyNameCompleter : LlmConfigCompleter
{
    private protected override IEnumerable<CompletionCandidate> Candidates(IDictionary parameters) =>
        string.Equals(Text(parameters, "Vault") ?? Text(parameters, "FromVault"), LlmConfigRepository.BuiltInVault, StringComparison.OrdinalIgnoreCase)
            ? Ask(Secrets).Select(name => new CompletionCandidate(name, "A secret in the built-in vault"))
            : [];

    private static IReadOnlyList<string> Secrets(LlmConfigRepository repository) =>
        repository.GetStore() is
        {
            ProtectorState: nameof(ProtectorState.Ready),
            Protector: nameof(ProtectorKind.KeyFile) or nameof(ProtectorKind.Dpapi) or nameof(ProtectorKind.SecretService),
        }
            ? repository.ListSecrets(LlmConfigRepository.BuiltInVault)
            : [];
}
