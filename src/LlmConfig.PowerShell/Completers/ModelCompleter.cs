using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>Completes the models that the store's configurations use: those of the provider at hand, where there are any.</summary>
public sealed class ModelCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        LlmConfiguration[] used = [.. StoredConfigurations.Read().Where(item => item.Model is not null)];
        string? provider = CommandLineContext.Provider(fakeBoundParameters);
        LlmConfiguration[] fitting = [.. used.Where(item => string.Equals(item.Provider, provider, StringComparison.OrdinalIgnoreCase))];
        return CompletionText.Matching(
            wordToComplete,
            (fitting.Length > 0 ? fitting : used)
                .GroupBy(item => item.Model!, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.OrdinalIgnoreCase)
                .Select(group => new CompletionCandidate(group.Key, $"Used by {string.Join(", ", group.Take(3).Select(item => item.Name))}")));
    }
}
