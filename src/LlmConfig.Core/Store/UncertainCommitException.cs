namespace LlmConfig;

/// <summary>
/// The new file was renamed into place, but the rename could not be made durable: after a power cut either file may be
/// there. Keys of both have to stay.
/// </summary>
#pragma warning disable CA1064 // Caught inside the core, which rethrows the failure itself.
internal sealed class UncertainCommitException(LlmConfigException failure) : Exception(failure.Message, failure)
{
    public LlmConfigException Failure { get; } = failure;
}
