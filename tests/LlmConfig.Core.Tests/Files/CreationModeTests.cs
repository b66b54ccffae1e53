using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>The modes in the creating calls themselves, as the kernel was given them.</summary>
[Collection(nameof(AloneCollection))]
public sealed partial class CreationModeTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [UnixTheory]
    [InlineData("000")]
    [InlineData("077")]
    [InlineData("022")]
    public void Everything_is_created_for_the_user_alone_in_the_creating_call_and_never_changed_after(string umask)
    {
        Skip.IfNot(File.Exists("/usr/bin/strace"), "strace is missing: install it to test the modes in the creating calls.");
        string log = Path.Combine(_store.Root, "log");
        (int code, string text) = ChildProcess.Run(
            "sh",
            [
                "-c",
                $"umask {umask}; exec strace -f -qq -s 4096 -e trace=openat,open,mkdir,mkdirat,creat,chmod,fchmod,fchmodat -o '{log}' dotnet '{ChildProcess.Worker}' create '{_store.Path}' work openai",
            ],
            new Dictionary<string, string?> { ["LLMCONFIG_TEST_KEY"] = TestKey.New() });
        Skip.If(code != 0 && text.Contains("ptrace", StringComparison.Ordinal), "strace may not trace here: allow ptrace to test the modes in the creating calls.");
        Assert.True(code == 0, text);

        string[] lines = [.. File.ReadLines(log).Where(line => line.Contains('"' + _store.Path, StringComparison.Ordinal))];
        int files = 0, folders = 0;
        foreach (string line in lines)
        {
            Assert.DoesNotContain("chmod", line, StringComparison.Ordinal);
            if (line.Contains("mkdir", StringComparison.Ordinal))
            {
                Assert.Equal("0700", ModeAtTheEnd().Match(line).Groups[1].Value);
                folders++;
            }
            else if (line.Contains("O_CREAT", StringComparison.Ordinal))
            {
                Assert.Equal("0600", ModeAtTheEnd().Match(line).Groups[1].Value);
                Assert.Contains("O_EXCL", line, StringComparison.Ordinal);
                files++;
            }
        }

        // fchmod names a descriptor, not a path: there is none at all after the store's folder was made.
        string[] all = File.ReadAllLines(log);
        int first = Array.FindIndex(all, line => line.Contains("mkdir", StringComparison.Ordinal) && line.Contains(_store.Path, StringComparison.Ordinal));
        Assert.DoesNotContain(all.Skip(first), line => line.Contains("fchmod(", StringComparison.Ordinal));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"umask {umask}: {folders} folders, {files} files created"));
        Assert.Equal(3, folders);
        Assert.InRange(files, 8, 30);

        foreach (string path in Directory.EnumerateFileSystemEntries(_store.Path, "*", SearchOption.AllDirectories).Prepend(_store.Path))
        {
            Assert.Equal(Directory.Exists(path) ? StoreFileSystem.FolderMode : StoreFileSystem.FileMode, File.GetUnixFileMode(path));
        }
    }

    [GeneratedRegex(@", (0[0-7]*)(?:\) = | <unfinished)")]
    private static partial Regex ModeAtTheEnd();
}
