using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>
/// Completes the names of secrets that people keep in the vault that -Vault or -FromVault names. Only of the built-in vault, and only
/// where its protector gives the master key without a question: any other vault might ask somebody, or take its time.
/// </summary>
public sealed class KeyNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        IsBuiltIn(CommandLineContext.Vault(fakeBoundParameters))
            ? CompletionText.Matching(wordToComplete, Secrets().Select(name => new CompletionCandidate(name, "A secret in the built-in vault")))
            : [];

    private static bool IsBuiltIn(string? vault) => string.Equals(vault, LlmConfigRepository.BuiltInVault, StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<string> Secrets()
    {
        try
        {
            using var repository = new LlmConfigRepository(StoreFolder.Resolve());
            return repository.GetStore() is { ProtectorState: ProtectorState.Ready, Protector: ProtectorKind.KeyFile or ProtectorKind.Dpapi or ProtectorKind.SecretService }
                ? repository.ListSecrets(LlmConfigRepository.BuiltInVault)
                : [];
        }
        catch (LlmConfigException)
        {
            return [];
        }
    }
}
