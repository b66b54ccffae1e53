using System.Security.Cryptography;

namespace LlmConfig.Tests;

/// <summary>Every name, mode and byte under a folder; of lock files the name and mode, since each holder leaves a note in them.</summary>
internal static class StoreSnapshot
{
    public static IReadOnlyList<string> Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [$"{folder}: nothing"];
        }

        return
        [
            .. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
                .Prepend(folder)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{path} {Access.Describe(path)} {Content(path)}"),
        ];
    }

    private static string Content(string path)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is { } target)
        {
            return "-> " + target;
        }

        if (!info.Exists || path.EndsWith(".lock", StringComparison.Ordinal))
        {
            return string.Empty;
        }

        // Opening a FIFO would wait for its other end.
        return info.Length == 0 ? "empty" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
    }
}
