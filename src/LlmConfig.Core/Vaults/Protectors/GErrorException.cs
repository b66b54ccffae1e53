namespace LlmConfig;

/// <summary>A GError: what a library of the GLib family, or the service behind it, answered. Its text names no secret: none is ever sent where it could be repeated.</summary>
#pragma warning disable CA1064 // It is only ever the cause of an LlmConfigException.
internal sealed class GErrorException(string domain, int code, string message) : Exception(message)
#pragma warning restore CA1064
{
    /// <summary>The name of the error domain, for example <c>g-io-error-quark</c>.</summary>
    public string Domain { get; } = domain;

    /// <summary>The code within the domain.</summary>
    public int Code { get; } = code;
}
