using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>Completes the variables in which tools look for keys, set or not: where a key may be put.</summary>
public sealed class ToolVariableCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Matching(
            wordToComplete,
            LlmProviderCatalog.All
                .SelectMany(item => item.KeyVariables.Concat(item.BearerKeyVariables), (item, variable) => (Provider: item, Variable: variable))
                .DistinctBy(pair => pair.Variable)
                .Select(pair => new CompletionCandidate(pair.Variable, $"Where tools of {pair.Provider.DisplayName} look for a key")));
}
