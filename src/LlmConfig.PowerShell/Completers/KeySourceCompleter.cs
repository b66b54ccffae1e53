using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>
/// Completes the names of environment variables in which the provider at hand (any provider, where none is) looks for a
/// key and that are set now. Their values are never shown.
/// </summary>
public sealed class KeySourceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        LlmProvider? provider = LlmProviderCatalog.Find(CommandLineContext.Provider(fakeBoundParameters));
        return CompletionText.Matching(
            wordToComplete,
            (provider is null ? LlmProviderCatalog.All : [provider])
                .SelectMany(item => item.KeyVariables.Concat(item.BearerKeyVariables), (item, variable) => (Provider: item, Variable: variable))
                .Where(pair => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(pair.Variable)))
                .DistinctBy(pair => pair.Variable)
                .Select(pair => new CompletionCandidate(pair.Variable, $"A key of {pair.Provider.DisplayName}; the variable is set")));
    }
}
