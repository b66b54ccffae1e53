using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>Completes the variables from which the catalogue's tools read keys.</summary>
public sealed class KeyVariableCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Matching(
            wordToComplete,
            LlmProviderCatalog.All
                .SelectMany(provider => provider.KeyVariables.Concat(provider.BearerKeyVariables), (provider, name) => new CompletionCandidate(name, provider.DisplayName))
                .DistinctBy(candidate => candidate.Text));
}
