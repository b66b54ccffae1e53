using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>
/// Completes vault names: the built-in one, those that are registered with SecretManagement, and those in which the store's
/// keys lie. Loads no other module.
/// </summary>
public sealed class VaultCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Matching(
            wordToComplete,
            Registered()
                .Concat(StoredConfigurations.Read().Select(item => item.Vault).OfType<string>().Select(vault => (vault, "A vault that holds keys of this store")))
                .Prepend((LlmConfigRepository.BuiltInVault, "The built-in vault"))
                .DistinctBy(vault => vault.Item1, StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<(string Name, string Tip)> Registered() => SecretManagementModule.IsInstalled
        ? VaultRegistry.Read().Vaults.Select(vault => (vault.Name, $"Registered with SecretManagement, module {vault.ModuleName}"))
        : [];
}
