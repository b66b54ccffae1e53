namespace LlmConfig.Tests;

/// <summary>Alone, since the cache is shared by all repositories of the process and small.</summary>
[Collection(nameof(AloneCollection))]
public sealed class CacheTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_same_bytes_are_not_parsed_twice_and_other_bytes_are_never_taken_for_them()
    {
        LlmConfiguration item = _store.Create("work");
        LlmConfiguration first = _store.Open().Get(item.Id);
        Assert.Same(first, _store.Open().Get(item.Id));

        // Same length, same time: only the bytes tell.
        DateTime time = File.GetLastWriteTimeUtc(_store.Paths.ConfigFile);
        File.WriteAllText(_store.Paths.ConfigFile, File.ReadAllText(_store.Paths.ConfigFile).Replace("work", "home", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(_store.Paths.ConfigFile, time);
        Assert.Equal("home", _store.Open().Get(item.Id).Name);
    }

    [Fact]
    public void More_stores_than_the_cache_holds_are_all_read_rightly()
    {
        TemporaryStore[] stores = [.. Enumerable.Range(0, 20).Select(_ => new TemporaryStore())];
        foreach (TemporaryStore store in stores)
        {
            store.Create(Path.GetFileName(store.Root));
        }

        Assert.All(stores, store => Assert.Equal(Path.GetFileName(store.Root), store.Open().GetAll().Single().Name));
        Array.ForEach(stores, store => store.Dispose());
    }
}
