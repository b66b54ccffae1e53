using System.Diagnostics;
using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>The real tools, which npm brings, and the namespace that they run in.</summary>
internal static class RealTools
{
    private const string Variable = "LLMCONFIG_TEST_TOOLS";

    private static readonly string[] Packages =
    [
        "@openai/codex", "@anthropic-ai/claude-code", "@google/gemini-cli", "@github/copilot", "@qwen-code/qwen-code", "opencode-ai", "@mariozechner/pi-coding-agent",
        "openai", "@anthropic-ai/sdk", "@google/genai",
    ];

    // What ends with unshare: the tools leave helpers and watchers behind. As root of a user namespace it needs no right of its own.
    private static readonly string[] Namespace =
        ["--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"];

    private static readonly string Folder = Path.Combine(SourceTree.Root, "out", "tools");

    private static readonly Lazy<string> Binaries = new(Install);

    /// <summary>The folder with <c>codex</c> and <c>claude</c>; skips the test where they are not wanted or cannot run.</summary>
    public static string RequireBinaries()
    {
        Skip.IfNot(
            Environment.GetEnvironmentVariable(Variable) == "1",
            $"{Variable} is not 1: the tests with real tools (2 GB from npm) are left out");
        Skip.IfNot(OperatingSystem.IsLinux() && IsolationWorks(), "unshare or ip (util-linux, iproute2) gives no network namespace here: the real tools are not run");
        return Binaries.Value;
    }

    /// <summary>Where Node finds the SDKs.</summary>
    public static string Modules => Path.Combine(Folder, "node_modules");

    /// <summary>Version of an installed package.</summary>
    public static string VersionOf(string package)
    {
        using var description = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "node_modules", package, "package.json")));
        return description.RootElement.GetProperty("version").GetString()!;
    }

    /// <summary>Runs a command where there is no network but a loopback interface of its own, and where all that it starts ends with it.</summary>
    public static ProcessStartInfo Isolated(params IEnumerable<string> command) => new("unshare", [.. Namespace, .. command])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private static bool IsolationWorks()
    {
        try
        {
            using Process process = Process.Start(Isolated("true"))!;
            process.StandardInput.Close();
            return LlmConfigProgram.Finish(process).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string Install()
    {
        Directory.CreateDirectory(Folder);
        var start = new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--prefix", Folder, .. Packages.Select(package => package + "@latest")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + errors.Result);
        return Path.Combine(Folder, "node_modules", ".bin");
    }
}
