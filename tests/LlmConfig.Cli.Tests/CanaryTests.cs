using System.Diagnostics;
using System.Text;
using Xunit.Abstractions;

namespace LlmConfig.Cli.Tests;

/// <summary>A key shows up nowhere but where it was asked for.</summary>
public sealed class CanaryTests(ITestOutputHelper output)
{
    [Fact]
    public void No_verb_but_key_and_env_puts_a_key_into_an_argument_a_file_or_a_stream()
    {
        string canary = "sk-test-canary-" + Guid.NewGuid().ToString("N");
        using var program = new LlmConfigProgram();
        string password = Path.Combine(program.Home, "password");
        File.WriteAllText(password, "long enough\n");
        (string Input, string[] Arguments)[] runs =
        [
            (string.Empty, ["store", "--protector", "KeyFile"]),
            (canary + "\n", ["new", "work", "openai", "--key-stdin", "--default"]),
            (canary + "\n", ["set", "work", "--key-stdin"]),
            (string.Empty, ["list"]),
            (string.Empty, ["get", "work", "--json"]),
            (string.Empty, ["set", "work", "--model", "gpt-5"]),
            (string.Empty, ["rename", "work", "office"]),
            (string.Empty, ["test"]),
            (string.Empty, ["repair"]),
            (string.Empty, ["find", program.Home]),
            (string.Empty, ["find", canary]),
            (string.Empty, ["providers"]),
            (string.Empty, ["store"]),
            (string.Empty, ["export", "--include-keys", "--password-file", password, "--output", Path.Combine(program.Home, "export.json")]),
            (string.Empty, ["import", Path.Combine(program.Home, "export.json"), "--password-file", password]),
            (string.Empty, ["exec", "office", "--", "true"]),
            (string.Empty, ["exec", "office", "--", "no-such-program"]),
            (string.Empty, ["get", canary]),
            (string.Empty, ["new", "x", "openai", canary]),
            (string.Empty, ["new", "x", "openai", "--key-file", canary]),
            (string.Empty, ["new", "x", "openai", "--key-env", canary]),
            (string.Empty, ["new", "x", "openai", "--key-command", canary]),
            (string.Empty, ["new", "x", canary]),
            (string.Empty, ["set", "office", $"--key={canary}"]),
            (string.Empty, [canary]),
        ];
        foreach ((string input, string[] arguments) in runs)
        {
            (_, string text, string error) = program.RunWith(input, arguments);
            Assert.DoesNotContain(canary, text + error, StringComparison.Ordinal);
        }

        string[] files = Directory.GetFiles(program.Home, "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(canary))));
        Assert.Equal(canary + "\n", program.RunWith(string.Empty, "key", "office").Output);
        Figures.Print(output, $"canary: {runs.Length} runs and {files.Length} files without the key");
    }

    [SkippableFact]
    public void A_core_file_of_a_verb_that_has_used_a_key_does_not_hold_it()
    {
        Skip.IfNot(File.Exists("/usr/bin/gdb"), "gdb is not installed: no core file can be made");
        string canary = "sk-test-canary-" + Guid.NewGuid().ToString("N");
        using var program = new LlmConfigProgram();
        string password = Path.Combine(program.Home, "password");
        File.WriteAllText(password, "long enough\n");
        File.WriteAllText(Path.Combine(program.Home, "key"), canary + "\n");
        Assert.Equal(0, program.RunWith(string.Empty, "store", "--protector", "KeyFile").ExitCode);
        int cores = 0;
        foreach (string verb in new[] { "new work openai --key-file key", "set work --key-file key", "test", "export --include-keys --password-file password --output export.json", "find key", "list" })
        {
            // Just before the process ends, when the verb is through with the key.
            string core = Path.Combine(program.Home, "core");
            ProcessStartInfo start = program.Shell($"exec gdb -nx -batch -ex 'handle all nostop noprint pass' -ex 'catch syscall exit_group' -ex run -ex 'gcore {core}' --args {LlmConfigProgram.Launcher} {verb}");
            start.Environment["DEBUGINFOD_URLS"] = string.Empty;
            (_, string text, string error) = LlmConfigProgram.Finish(Process.Start(start)!);
            Skip.IfNot(File.Exists(core), $"gdb makes no core file here: {error.Split('\n')[0]}");
            Assert.False(Holds(core, Encoding.UTF8.GetBytes(canary)), $"The core file of '{verb}' holds the key.\n{text}");
            Assert.False(Holds(core, Encoding.Unicode.GetBytes(canary)), $"The core file of '{verb}' holds the key as a string.\n{text}");
            File.Delete(core);
            cores++;
        }

        Assert.Equal(canary + "\n", program.RunWith(string.Empty, "key", "work").Output);
        Figures.Print(output, $"core files: {cores}, keys in them: 0");
    }

    private static bool Holds(string file, byte[] wanted)
    {
        using FileStream stream = File.OpenRead(file);
        byte[] buffer = new byte[1 << 22];
        int kept = 0;
        int read;
        while ((read = stream.Read(buffer, kept, buffer.Length - kept)) > 0)
        {
            int length = kept + read;
            if (buffer.AsSpan(0, length).IndexOf(wanted) >= 0)
            {
                return true;
            }

            kept = Math.Min(wanted.Length - 1, length);
            buffer.AsSpan(length - kept, kept).CopyTo(buffer);
        }

        return false;
    }
}
