using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>Completes vault names: the built-in one and those in which the store's keys lie. Loads no other module.</summary>
public sealed class VaultCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Matching(
            wordToComplete,
            StoredConfigurations.Read()
                .Select(item => item.Vault)
                .OfType<string>()
                .Prepend(LlmConfigRepository.BuiltInVault)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(vault => (vault, vault == LlmConfigRepository.BuiltInVault ? "The built-in vault" : "A vault that holds keys of this store")));
}
