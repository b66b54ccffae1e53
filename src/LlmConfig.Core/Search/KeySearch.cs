using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// Searches files for the keys of configurations. The keys are read first, on the caller's thread, as vaults want it, and zeroed once their codes are
/// made; then the files are searched by as many threads as there are processors, one file each. What is found comes in the order of the files.
/// </summary>
/// <param name="files">Opens files.</param>
/// <param name="store">The folder of the store, which is not searched.</param>
/// <param name="read">Gives the key of a configuration, to be disposed of.</param>
/// <param name="warn">Told of keys that are not searched for and files that are not searched, on the caller's thread.</param>
internal sealed class KeySearch(StoreFileSystem files, string store, Func<LlmConfiguration, ApiKey> read, Action<LlmConfigWarning> warn)
{
    // What a person who set no key types for a server that wants one is a word, which stands in many files.
    private const int ShortestRequired = KeyMatcher.Shortest;
    private const int ShortestNotRequired = 2 * KeyMatcher.Shortest;

    // Results that wait for the caller.
    private const int MostWaiting = 1024;
    private const int Megabyte = 1_000_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private long _read;

    /// <summary>The places where the keys stand, while the files are searched.</summary>
    /// <param name="items">The configurations.</param>
    /// <param name="paths">Files and folders.</param>
    /// <param name="progress">Told how many megabytes were read.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="LlmConfigException">NotFound: nothing lies at a path; what the first key says, where none can be read.</exception>
    public IEnumerable<FoundKey> Run(
        IReadOnlyList<LlmConfiguration> items, IReadOnlyList<string> paths, IProgress<int>? progress, CancellationToken cancellation)
    {
        IReadOnlyList<string> roots = FileWalk.Roots(paths);
        using var matcher = new KeyMatcher();
        if (!AddKeys(matcher, items))
        {
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var searched = new BlockingCollection<Searched>(MostWaiting);
        Task work = Task.Run(() => SearchAll(roots, matcher, searched, stop.Token), CancellationToken.None);
        try
        {
            var early = new Dictionary<int, Searched>();
            int next = 0;
            while (!searched.IsCompleted)
            {
                if (searched.TryTake(out Searched? one, (int)Interval.TotalMilliseconds, cancellation))
                {
                    early.Add(one.Index, one);
                }

                progress?.Report((int)(Interlocked.Read(ref _read) / Megabyte));
                while (early.Remove(next, out Searched? file))
                {
                    next++;
                    if (file.Problem is { } problem)
                    {
                        warn(new LlmConfigWarning(file.Entry.Shown, $"'{file.Entry.Shown}' was not searched: {problem}."));
                    }

                    foreach (FileSearch.Place place in file.Found)
                    {
                        yield return new FoundKey(items[place.Owner].Name, file.Entry.Shown, place.Line, place.Column);
                    }
                }
            }

            work.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            work.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Wait(CancellationToken.None);
        }
    }

    private sealed record Searched(int Index, FileWalk.Entry Entry, IReadOnlyList<FileSearch.Place> Found, string? Problem);

    private void SearchAll(IReadOnlyList<string> roots, KeyMatcher matcher, BlockingCollection<Searched> searched, CancellationToken cancellation)
    {
        try
        {
            // Not in batches, as it would be done otherwise: files differ in size.
            OrderablePartitioner<FileWalk.Entry> entries = Partitioner.Create(new FileWalk(files, matcher, store).From(roots), EnumerablePartitionerOptions.NoBuffering);
            var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
            Parallel.ForEach(
                entries,
                options,
                () => new FileSearch(matcher, count => Interlocked.Add(ref _read, count)),
                (entry, _, index, search) =>
                {
                    searched.Add(Search(search, entry, (int)index, cancellation), cancellation);
                    return search;
                },
                search => search.Dispose());
        }
        finally
        {
            searched.CompleteAdding();
        }
    }

    private Searched Search(FileSearch search, FileWalk.Entry entry, int index, CancellationToken cancellation)
    {
        List<FileSearch.Place> found = [.. entry.Owners.Select(owner => new FileSearch.Place(owner, 0, 0))];
        try
        {
            if (!entry.IsFolder)
            {
                string path = entry.IsRoot ? File.ResolveLinkTarget(entry.Path, returnFinalTarget: true)?.FullName ?? entry.Path : entry.Path;
                using SafeFileHandle? file = files.OpenOthersFile(path);
                if (file is not null)
                {
                    search.Run(file, found, cancellation);
                }
                else if (entry.IsRoot)
                {
                    return new Searched(index, entry, found, "it is not a regular file");
                }
            }

            return new Searched(index, entry, found, Problem(entry.Error));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LlmConfigException)
        {
            return new Searched(index, entry, found, Problem(e));
        }
    }

    // In words of its own: what the system says repeats the path, which may hold a key.
    private static string? Problem(Exception? error) => error switch
    {
        null => null,
        UnauthorizedAccessException or LlmConfigException { InnerException: UnauthorizedAccessException } or LlmConfigException { Code: LlmConfigErrorCode.StoreAccessDenied, InnerException: null } =>
            "access was denied",
        LlmConfigException { Code: LlmConfigErrorCode.StoreBusy } => "another program has it open",
        _ => "it could not be read to its end",
    };

    private bool AddKeys(KeyMatcher matcher, IReadOnlyList<LlmConfiguration> items)
    {
        var missed = new List<(LlmConfiguration Item, LlmConfigException Error)>();
        int known = 0;
        foreach (IGrouping<string, int> vault in Enumerable.Range(0, items.Count).Where(index => items[index].Vault is not null).GroupBy(index => items[index].Vault!, StringComparer.OrdinalIgnoreCase))
        {
            LlmConfigException? closed = null;
            foreach (int index in vault)
            {
                try
                {
                    known += Add(matcher, items[index], index, closed) ? 1 : 0;
                }
                catch (LlmConfigException e) when (OnlineCheck.ConcernsOneOnly(e.Code))
                {
                    missed.Add((items[index], e));

                    // It would be asked, and would ask, for each of its keys.
                    closed = e.Code is LlmConfigErrorCode.VaultLocked or LlmConfigErrorCode.VaultNotFound or LlmConfigErrorCode.SecretManagementMissing ? e : null;
                }
            }
        }

        if (known == 0 && missed.Count > 0)
        {
            throw missed[0].Error;
        }

        foreach (IGrouping<string, LlmConfiguration> same in missed.GroupBy(item => item.Error.Problem, item => item.Item))
        {
            warn(new LlmConfigWarning(same.First().Vault!, $"{KeysOf([.. same])} not searched for: {same.Key}"));
        }

        if (known == 0)
        {
            warn(new LlmConfigWarning(store, "There is no key to search for."));
        }

        return known > 0;
    }

    private bool Add(KeyMatcher matcher, LlmConfiguration item, int owner, LlmConfigException? closed)
    {
        using ApiKey key = closed is null ? read(item) : throw closed;
        int shortest = LlmProviderCatalog.Find(item.Provider) is { KeyRequired: false } ? ShortestNotRequired : ShortestRequired;
        if (key.Utf8.Length < shortest)
        {
            warn(new LlmConfigWarning(item.Name, $"{KeysOf([item])} not searched for: it is shorter than {shortest} characters, which many files hold by chance."));
            return false;
        }

        KeyForms.Make(key.Utf8, form => matcher.Add(form, owner));
        return true;
    }

    private static string KeysOf(IReadOnlyList<LlmConfiguration> items)
    {
        string names = string.Join(", ", items.Select(item => $"'{item.Name}'"));
        return items.Count == 1 ? $"The key of {names} was" : $"The keys of {names} were";
    }
}
