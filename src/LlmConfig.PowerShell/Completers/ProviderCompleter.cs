using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>Completes provider ids.</summary>
public sealed class ProviderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Matching(
            wordToComplete,
            LlmProviderCatalog.All.Select(provider => new CompletionCandidate(provider.Id, $"{provider.DisplayName} {provider.DefaultBaseUrl ?? provider.BaseUrlExample}")));
}
