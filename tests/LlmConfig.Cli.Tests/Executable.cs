namespace LlmConfig.Cli.Tests;

/// <summary>Scripts that stand in for programs.</summary>
internal static class Executable
{
    public static string Write(string path, string text)
    {
        File.WriteAllText(path, text + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}
