using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace LlmConfig.Worker;

/// <summary><c>keychain LIBRARY</c>: stores, loads and removes a master key, with a library in the place of macOS's frameworks.</summary>
internal static class KeychainCommand
{
    public static int Run(string library)
    {
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            name.StartsWith("/System/Library/Frameworks/", StringComparison.Ordinal) ? NativeLibrary.Load(library) : 0;
        var protector = new KeychainProtector("/a/folder") { IsHere = true };
        var vault = Guid.NewGuid();
        Console.WriteLine(protector.GetStatus().State);
        foreach (byte value in new byte[] { 1, 2 })
        {
            byte[] key = [.. Enumerable.Repeat(value, 32)];
            protector.Store(vault, key);
            using SecretBytes back = protector.Load(vault, []);
            Console.WriteLine(back.Span.SequenceEqual(key) ? "loaded" : "another key");
        }

        protector.Remove(vault);
        protector.Remove(vault);
        try
        {
            protector.Load(vault, []).Dispose();
        }
        catch (LlmConfigException e)
        {
            Console.WriteLine(e.Code);
        }

        // What nobody holds any more is released.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return 0;
    }
}
