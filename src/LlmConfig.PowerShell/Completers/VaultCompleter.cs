using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>
/// Completes vault names: the built-in one, those in which the store's keys lie, and those that are registered with
/// SecretManagement. Loads no other module and asks no vault.
/// </summary>
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
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(vault => new CompletionCandidate(vault, "A vault that holds keys of this store"))
                .Prepend(new CompletionCandidate(LlmConfigRepository.BuiltInVault, "The built-in vault"))
                .Concat(VaultRegistry.Read().Names.Select(vault => new CompletionCandidate(vault, "A vault that is registered with SecretManagement")))
                .DistinctBy(candidate => candidate.Text, StringComparer.OrdinalIgnoreCase));
}
