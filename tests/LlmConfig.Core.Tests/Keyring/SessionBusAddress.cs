using System.Runtime.InteropServices;

namespace LlmConfig.Tests;

/// <summary>Sets the session bus of this process where native libraries read it: .NET's own environment is a copy.</summary>
internal sealed partial class SessionBusAddress : IDisposable
{
    private const string Variable = "DBUS_SESSION_BUS_ADDRESS";

    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    public SessionBusAddress(string address)
    {
        Assert.Equal(0, SetVariable(Variable, address, 1));
    }

    public void Dispose() => _ = _before is null ? UnsetVariable(Variable) : SetVariable(Variable, _before, 1);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}
