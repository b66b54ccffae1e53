using System.Collections;
using System.Management.Automation;
using LlmConfig.Commands;

namespace LlmConfig.Extension;

/// <summary>
/// What SecretManagement calls of this module, in a runspace of its own: the built-in vault of the store that the
/// environment names. The name under which it is registered does not matter, since there is one such vault for each store.
/// </summary>
public abstract class VaultExtensionCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<LlmConfigWarning> _warnings = [];
    private SecretVault? _vault;

    private protected VaultExtensionCommand()
    {
    }

    /// <summary>The name under which the vault is registered.</summary>
    [Parameter]
    public string VaultName { get; set; } = string.Empty;

    /// <summary>The parameters of the registration, of which this vault knows none, and Verbose.</summary>
    [Parameter]
    public Hashtable? AdditionalParameters { get; set; }

    /// <summary>The built-in vault.</summary>
    private protected SecretVault Vault => _vault ??= new SecretVault(
        StoreFolder.Resolve(), new LlmConfigOptions { Warning = _warnings.Enqueue });

    /// <summary>Cancelled when the pipeline is stopped.</summary>
    private protected CancellationToken Cancellation => _stopping.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            Run();
        }
        catch (LlmConfigException e)
        {
            WriteError(LlmConfigErrorRecord.From(e));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            while (_warnings.TryDequeue(out LlmConfigWarning? warning))
            {
                WriteWarning(warning.Message);
            }
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command ended at the same moment.
        }
    }

    /// <summary>Zeroes what was loaded.</summary>
    /// <param name="disposing">False from a finaliser.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _vault?.Dispose();
            _stopping.Dispose();
        }
    }

    private protected abstract void Run();

    /// <summary>Says that a secret belongs to a configuration, where its name says so.</summary>
    private protected void WarnOfKey(string name, string what)
    {
        if (SecretVault.IsKeyName(name))
        {
            WriteWarning($"'{name}' is the key of an LLM configuration. {what}");
        }
    }

    private protected static LlmConfigException NotFound(string name) => new(
        LlmConfigErrorCode.NotFound, ShownText.Of(name), $"The vault has no secret '{ShownText.Of(name)}'.", "Get-SecretInfo lists what there is.");
}
