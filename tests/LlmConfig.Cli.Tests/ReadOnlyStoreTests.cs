using System.Diagnostics;

namespace LlmConfig.Cli.Tests;

/// <summary>A store on a disk that may not be written, as containers mount it: what reads works, and what would write says why not.</summary>
public sealed class ReadOnlyStoreTests : IDisposable
{
    private readonly CliStore _store = new CliStore().WithSamples();
    private bool _isMounted;

    public void Dispose()
    {
        if (_isMounted)
        {
            Mount("umount", _store.Folder);
        }

        _store.Dispose();
    }

    [SkippableFact]
    public void What_reads_works_on_a_read_only_mount_and_what_writes_says_why_not()
    {
        MakeReadOnly();

        foreach (string[] arguments in new string[][] { ["list"], ["get", "work"], ["env", "work"], ["test", "work"], ["export", "work"], ["store"], ["exec", "work", "--", "true"], ["find", _store.Home] })
        {
            CliRun run = _store.Run(arguments);
            Assert.True(run.ExitCode == 0, string.Join(' ', arguments) + ": " + run.Err);
            Assert.DoesNotContain("warning", run.Err, StringComparison.Ordinal);
        }

        Assert.Equal(CliStore.Key + "\n", _store.Run("key", "work").Out);
        foreach (string[] arguments in new string[][] { ["set", "work", "--model", "m"], ["new", "other", "ollama"], ["remove", "work"], ["rename", "work", "w"], ["store", "rotate"], ["use", "work", "--path", _store.Home] })
        {
            CliRun run = _store.Run(arguments);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("read-only", run.Err, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void The_master_key_may_be_a_secret_that_is_mounted_elsewhere()
    {
        string mounted = Path.Combine(_store.Home, "secret"), link = Path.Combine(_store.Home, "link");
        File.Move(Directory.GetFiles(Path.Combine(_store.Folder, "vault"), "master-*.key").Single(), mounted);
        File.CreateSymbolicLink(link, mounted);
        MakeReadOnly();
        Assert.Equal(1, _store.Run("key", "work").ExitCode);
        try
        {
            Environment.SetEnvironmentVariable("LLMCONFIG_MASTER_KEY_FILE", link);
            Assert.Equal(CliStore.Key + "\n", _store.Run("key", "work").Out);

            byte[] other = File.ReadAllBytes(mounted);
            other[^1] ^= 1;
            File.WriteAllBytes(mounted, other);
            CliRun refused = _store.Run("key", "work");
            Assert.Equal((1, string.Empty), (refused.ExitCode, refused.Out));
            Assert.Contains("master key", refused.Err, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("LLMCONFIG_MASTER_KEY_FILE", null);
        }
    }

    private void MakeReadOnly()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Mount("mount", "--bind", _store.Folder, _store.Folder), "only root of Linux can mount, and not in every container");
        _isMounted = true;
        Skip.IfNot(Mount("mount", "-o", "remount,ro,bind", _store.Folder), "a mount cannot be made read-only here");
    }

    private static bool Mount(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
