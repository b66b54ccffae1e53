using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>One reference to a GObject.</summary>
internal sealed class GObjectHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>For the marshaller, which sets the handle afterwards.</summary>
    public GObjectHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Takes over a reference.</summary>
    public GObjectHandle(nint instance)
        : this()
    {
        SetHandle(instance);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        GLib.ReleaseObject(handle);
        return true;
    }
}
