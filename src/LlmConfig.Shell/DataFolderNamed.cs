namespace LlmConfig.Shell;

/// <summary>
/// The engine makes <c>~/.local/share/powershell/Modules</c> when it opens, unless XDG_DATA_HOME is set. So it is set, to
/// the very folder that it stands for when it is not, for as long as that takes.
/// </summary>
internal sealed class DataFolderNamed : IDisposable
{
    private const string Variable = "XDG_DATA_HOME";

    private readonly bool _set;

    public DataFolderNamed()
    {
        string? home = Environment.GetEnvironmentVariable("HOME");
        if (!OperatingSystem.IsWindows() && !string.IsNullOrEmpty(home)
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
        {
            Environment.SetEnvironmentVariable(Variable, Path.Combine(home, ".local", "share"));
            _set = true;
        }
    }

    public void Dispose()
    {
        if (_set)
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }
}
