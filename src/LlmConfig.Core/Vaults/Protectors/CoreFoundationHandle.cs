using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>One reference to a CoreFoundation object.</summary>
[ExcludeFromCodeCoverage(Justification = "Runs on macOS only, where coverage is not measured.")]
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
