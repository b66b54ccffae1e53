namespace LlmConfig;

/// <summary>
/// Goes through files and folders, and what is below these, in the order of their names. Links below them are not followed, so that no file comes
/// twice and no loop keeps it going; neither is the store's own folder, whose keys are encrypted.
/// </summary>
/// <param name="files">Lists folders.</param>
/// <param name="matcher">Knows the keys: names of files may hold one, and are shown.</param>
/// <param name="store">The folder of the store.</param>
internal sealed class FileWalk(StoreFileSystem files, KeyMatcher matcher, string store)
{
    /// <summary>What lies at a path.</summary>
    /// <param name="Path">The path.</param>
    /// <param name="Shown">The path, in which a remark stands in the place of each key.</param>
    /// <param name="Owners">Whose keys are in its name.</param>
    /// <param name="IsFolder">True for a folder.</param>
    /// <param name="IsRoot">True for what was named, false for what is below that.</param>
    /// <param name="Error">Why a folder cannot be looked into; else <see langword="null"/>.</param>
    public sealed record Entry(string Path, string Shown, IReadOnlyList<int> Owners, bool IsFolder, bool IsRoot = false, LlmConfigException? Error = null);

    /// <summary>The full paths of what is to be searched, each once. One that lies below another is left out: it comes with that.</summary>
    /// <exception cref="LlmConfigException">NotFound: nothing lies at one of them.</exception>
    public static IReadOnlyList<string> Roots(IReadOnlyList<string> paths)
    {
        HashSet<string> all = [.. paths.Select(path => Path.Exists(path) ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) : throw new LlmConfigException(
            LlmConfigErrorCode.NotFound, DisplayText.Of(path), $"There is no file or folder '{DisplayText.Of(path)}'.", "Check the path."))];
        return [.. all.Where(path => !Above(path).Any(all.Contains))];
    }

    /// <summary>What lies at these paths, and all that is below.</summary>
    /// <param name="roots">What <see cref="Roots"/> gave.</param>
    public IEnumerable<Entry> From(IReadOnlyList<string> roots)
    {
        var waiting = new Stack<Entry>(roots.Reverse().Select(path => New(path, string.Empty, path, Directory.Exists(path)) with { IsRoot = true }));
        while (waiting.TryPop(out Entry? entry))
        {
            LlmConfigException? error = null;
            foreach (Entry below in entry.IsFolder ? Below(entry, out error) : [])
            {
                waiting.Push(below);
            }

            yield return entry with { Error = error };
        }
    }

    private static IEnumerable<string> Above(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }

    // The last one first, as a stack wants them.
    private List<Entry> Below(Entry folder, out LlmConfigException? error)
    {
        try
        {
            error = null;
            return [.. files.ListOthersFolder(folder.Path)
                .OrderByDescending(item => item.Name, StringComparer.Ordinal)
                .Select(item => New(Path.Combine(folder.Path, item.Name), folder.Shown, item.Name, item.IsFolder))
                .Where(entry => !entry.IsFolder || entry.Path != store)];
        }
        catch (LlmConfigException e)
        {
            error = e;
            return [];
        }
    }

    private Entry New(string path, string shownFolder, string name, bool isFolder)
    {
        string shown = Path.Combine(shownFolder, matcher.Hide(name, out IReadOnlyList<int> owners));
        return new Entry(path, shown, owners, isFolder);
    }
}
