using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>One reference to a CoreFoundation object.</summary>
internal sealed class CoreFoundationHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>For the marshaller, which sets the handle afterwards.</summary>
    public CoreFoundationHandle()
        : base(ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        CoreFoundation.CFRelease(handle);
        return true;
    }
}
