using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>Completes the ids of the store's configurations, listed under their names: a name that was begun completes too.</summary>
public sealed class ConfigurationIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Matching(
            wordToComplete,
            StoredConfigurations.Read()
                .OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase)
                .Select(item => new CompletionCandidate(item.Id.ToString("D"), $"{item.Name} ({item.Provider})") { Listed = item.Name }));
}
