using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Lock-LlmConfigStore: forgets the passphrase of the built-in vault in this session.</summary>
[Cmdlet(VerbsCommon.Lock, "LlmConfigStore", HelpUri = HelpPage.Folder + "Lock-LlmConfigStore.md")]
[OutputType(typeof(void))]
public sealed class LockLlmConfigStoreCommand : LlmConfigCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(Repository.Lock);
}
