using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>Completes the names of the store's configurations. Reads the one file; a store that cannot be read completes nothing.</summary>
public sealed class ConfigurationNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Matching(
            wordToComplete,
            StoredConfigurations.Read()
                .OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase)
                .Select(item => new CompletionCandidate(item.Name, $"{item.Provider} {ShownText.WithAsciiHost(item.BaseUrl)}")));
}
