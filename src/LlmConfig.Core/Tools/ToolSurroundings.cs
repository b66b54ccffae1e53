using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>What a tool finds around it: variables, the files of its user, the folders from the current one upward, and itself in the folders of PATH.</summary>
/// <param name="files">Opens files.</param>
/// <param name="variable">An environment variable, or null.</param>
/// <param name="home">The home folder of the user.</param>
/// <param name="current">The current folder.</param>
internal sealed class ToolSurroundings(StoreFileSystem files, Func<string, string?> variable, string home, string current)
{
    // A settings file of a tool is a few kilobytes; what is longer is none.
    private const int LongestFile = 4 * 1024 * 1024;

    // Node's tools take most of a second on a slow machine.
    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The variable's value here, or <see langword="null"/>.</summary>
    public string? Variable(string name) => variable(name);

    /// <summary>A file of the user, written as <c>~/path</c>.</summary>
    public string InHome(LlmTool tool, string path) => tool.Place(path, variable, home);

    /// <summary>The file of this name in the current folder and in each one above it, nearest first.</summary>
    public IEnumerable<string> Upward(string name)
    {
        for (string? folder = current; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return Path.Combine(folder, name);
        }
    }

    /// <summary>
    /// True when a file is there and has a word in a line that is no comment (<c>#</c> or <c>//</c>), with something behind it, and this text where one is given.
    /// The word may be the end of a longer one.
    /// </summary>
    public bool Mentions(string file, string word, string? with = null)
    {
        try
        {
            // Links are followed, as the tool does; a pipe that somebody put there would be waited for.
            string path = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
            using SafeFileHandle? handle = files.OpenOthersFile(path);
            if (handle is null || RandomAccess.GetLength(handle) > LongestFile)
            {
                return false;
            }

            using var reader = new StreamReader(new FileStream(handle, FileAccess.Read), Encoding.UTF8);
            return reader.ReadToEnd().Split('\n')
                .Select(line => line.TrimStart())
                .Where(line => !line.StartsWith('#') && !line.StartsWith("//", StringComparison.Ordinal))
                .Any(line => line.IndexOf(word, StringComparison.Ordinal) is >= 0 and var at && IsWhole(line, at + word.Length) && (with is null || line.Contains(with, StringComparison.Ordinal)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or LlmConfigException)
        {
            // The tool would not read it either.
            return false;
        }
    }

    /// <summary>The full path of a program in the folders of PATH, never in the current folder; <see langword="null"/> when there is none.</summary>
    public string? FindProgram(string name)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [string.Empty];
        return (variable("PATH") ?? string.Empty).Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, name + ending)))
            .FirstOrDefault(file => File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.OtherExecute)) != 0));
    }

    /// <summary>The first line that a program writes when it is asked for its version; <see langword="null"/> when it does not say within 10 seconds.</summary>
    public static string? ReadVersion(string program, CancellationToken cancellation)
    {
        if (Path.GetExtension(program).ToUpperInvariant() is ".CMD" or ".BAT")
        {
            // A batch file runs in an interpreter with rules of its own for arguments; its version is not worth them.
            return null;
        }

        var start = new ProcessStartInfo(program, ["--version"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            Task<string?> line = process.StandardOutput.ReadLineAsync(cancellation).AsTask();
            bool isDone = line.Wait(VersionTimeout, cancellation);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            return isDone && line.Result?.Trim() is { Length: > 0 and <= 100 } text ? text : null;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException or AggregateException)
        {
            return null;
        }
    }

    // What stands behind the word is no letter of a longer one, and there is more than an empty text.
    private static bool IsWhole(string line, int end) =>
        (end == line.Length || !(char.IsAsciiLetterOrDigit(line[end]) || line[end] is '_' or '-'))
        && line[end..].Any(char.IsAsciiLetterOrDigit);
}
