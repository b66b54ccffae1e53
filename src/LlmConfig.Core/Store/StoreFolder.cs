namespace LlmConfig;

/// <summary>
/// The folder that holds one store, found by fixed rules and never by the current folder. Making one of these reads
/// the environment and looks whether the home folder is there; it creates nothing.
/// </summary>
public sealed class StoreFolder
{
    /// <summary>The environment variable that names the store's folder.</summary>
    public const string HomeVariable = "LLMCONFIG_HOME";

    private const string FolderName = "LlmConfig";

    // The folder in which the application-data folder lies; null where the store's folder was named.
    private readonly string? _home;

    private StoreFolder(string path, IReadOnlyList<string> levels, string source, string? home = null)
    {
        _home = home;
        Path = path;
        Levels = levels;
        Source = source;
    }

    /// <summary>The full path. It need not exist: the first change creates it, with mode 0700 or an ACL for the user alone.</summary>
    public string Path { get; }

    /// <summary>Why it is this folder, in words fit to be shown: the variable that named it, or the user's application-data folder.</summary>
    public string Source { get; }

    /// <summary>The folders that may be created on the way, outermost first; the last is <see cref="Path"/>.</summary>
    internal IReadOnlyList<string> Levels { get; }

    /// <summary>
    /// Finds the user's store: <c>LLMCONFIG_HOME</c> if set, else <c>%APPDATA%\LlmConfig</c>,
    /// <c>$XDG_CONFIG_HOME/LlmConfig</c> or <c>~/.config/LlmConfig</c>, or <c>~/Library/Application Support/LlmConfig</c>.
    /// </summary>
    /// <exception cref="LlmConfigException">
    /// StoreUnsafe: <c>LLMCONFIG_HOME</c> is empty, not an absolute path, or in a folder that does not exist; or the home
    /// folder is unset, empty, not an absolute path, or does not exist.
    /// </exception>
    public static StoreFolder Resolve() => Resolve(Environment.GetEnvironmentVariable);

    /// <summary>Uses the given folder as a store.</summary>
    /// <param name="path">An absolute path whose parent folder exists.</param>
    /// <exception cref="LlmConfigException">StoreUnsafe: the path is empty, not absolute, or its parent does not exist.</exception>
    public static StoreFolder At(string path) => At(path, "the path given");

    /// <summary>Creates the folder, and what may be missing above it.</summary>
    /// <exception cref="LlmConfigException">StoreUnsafe: root would leave a folder in the home of another user, who could not use it.</exception>
    internal void Create(StoreFileSystem files)
    {
        if (_home is not null && Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() && !StoreFileSystem.FolderExists(Path) && BelongsToOther(files, _home))
        {
            throw StoreFailure.Unsafe(
                _home,
                $"The home folder '{_home}' belongs to another user: a store that root makes there would be root's.",
                $"Run the command as that user, or with a home folder of your own (sudo -H), or set {HomeVariable}.");
        }

        foreach (string level in Levels)
        {
            if (level == Path || !StoreFileSystem.FolderExists(level))
            {
                files.EnsureFolder(level);
            }
        }
    }

    internal static StoreFolder Resolve(Func<string, string?> variable)
    {
        if (variable(HomeVariable) is { } chosen)
        {
            return At(chosen, HomeVariable);
        }

        if (OperatingSystem.IsWindows())
        {
            return Under(Required("APPDATA", variable("APPDATA")), [], "APPDATA");
        }

        // The XDG base directory specification: a path that is not absolute is to be ignored.
        if (!OperatingSystem.IsMacOS() && variable("XDG_CONFIG_HOME") is { } xdg && System.IO.Path.IsPathFullyQualified(xdg))
        {
            string full = Normalise(xdg);
            string? parent = System.IO.Path.GetDirectoryName(full);
            return parent is null ? Under(full, [], "XDG_CONFIG_HOME")
                : Under(Required("the parent of XDG_CONFIG_HOME", parent), [System.IO.Path.GetFileName(full)], "XDG_CONFIG_HOME");
        }

        string home = Required("HOME", variable("HOME"));
        return OperatingSystem.IsMacOS()
            ? Under(home, ["Library", "Application Support"], "HOME")
            : Under(home, [".config"], "HOME");
    }

    private static StoreFolder At(string path, string source)
    {
        string full = Normalise(Absolute(source, path));
        string parent = System.IO.Path.GetDirectoryName(full) ?? throw StoreFailure.Unsafe(
            source,
            $"The root folder cannot hold a store ({source} is '{path}').",
            "Name a folder below it.");
        if (!StoreFileSystem.FolderExists(parent))
        {
            throw StoreFailure.Unsafe(
                source,
                $"The folder '{parent}', in which the store of {source} should lie, does not exist.",
                $"Create it, or let {source} name another place.");
        }

        return new StoreFolder(full, [full], source);
    }

    private static StoreFolder Under(string anchor, IReadOnlyList<string> between, string source)
    {
        var levels = new List<string>();
        string path = anchor;
        foreach (string name in between.Append(FolderName))
        {
            path = System.IO.Path.Combine(path, name);
            levels.Add(path);
        }

        return new StoreFolder(path, levels, $"the application-data folder of the user ({source})", anchor);
    }

    private static bool BelongsToOther(StoreFileSystem files, string folder)
    {
        string target = Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
        return files.Inspect(target) is { OwnedByUser: false };
    }

    private static string Required(string what, string? value)
    {
        if (value is null)
        {
            throw StoreFailure.Unsafe(
                what,
                $"There is no home folder: {what} is not set.",
                $"Set {what}, or set {HomeVariable} to the folder that the store should use.");
        }

        string full = Normalise(Absolute(what, value));
        return StoreFileSystem.FolderExists(full) ? full : throw StoreFailure.Unsafe(
            what,
            $"There is no home folder: {what} is '{full}', which does not exist.",
            $"Set {what} to an existing folder, or set {HomeVariable} to the folder that the store should use.");
    }

    private static string Absolute(string what, string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw StoreFailure.Unsafe(
                what,
                $"{what} is empty.",
                $"Set {HomeVariable} to the absolute path of the folder that the store should use, or unset it.");
        }

        return System.IO.Path.IsPathFullyQualified(value) && !value.Contains('\0', StringComparison.Ordinal)
            ? value
            : throw StoreFailure.Unsafe(
                what,
                $"{what} is '{value}', which is not an absolute path.",
                "Use an absolute path: a store must not depend on the current folder.");
    }

    private static string Normalise(string path) =>
        System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
}
