namespace LlmConfig.Tests;

public sealed class BatchTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_thousand_configurations_commit_once_and_a_bad_one_among_them_is_one_error()
    {
        const int count = 1000;
        const int bad = 500;
        string[] values = [.. Enumerable.Range(0, count).Select(_ => TestKey.New())];
        ApiKey[] keys = [.. values.Select(value => ApiKey.From(value, null))];
        var progress = new List<int>();
        NewConfiguration[] wanted =
        [
            .. Enumerable.Range(0, count).Select(i => new NewConfiguration
            {
                Name = i == bad ? " N7 " : $"n{i}",
                Provider = "openai",
                Key = keys[i],
            }),
        ];

        IReadOnlyList<ChangeResult> results = _store.Open().Create(wanted, new ListProgress(progress));

        Assert.Equal(count, results.Count);
        Assert.Equal(LlmConfigErrorCode.DuplicateName, results[bad].Error!.Code);
        Assert.Null(results[bad].Configuration);
        // The empty store has revision 0.
        Assert.Equal(1, _store.Revision);
        Assert.Equal(count - 1, _store.Open().GetAll().Count);
        Assert.Equal(count - 1, _store.Sealed.Length);
        Assert.Equal(Enumerable.Range(1, count - 1), progress);
        Assert.Empty(_store.Intents);
        foreach (int i in new[] { 0, 499, 501, 999 })
        {
            Assert.Equal(values[i], _store.ReadKey(results[i].Configuration!.Id));
        }

        Array.ForEach(keys, key => key.Dispose());
    }

    [Fact]
    public void Updates_and_removals_of_many_commit_once_and_one_that_fails_stops_no_other()
    {
        LlmConfiguration[] items = [.. Enumerable.Range(0, 5).Select(i => _store.Create($"n{i}", TestKey.New()))];
        long revision = _store.Revision;

        IReadOnlyList<ChangeResult> updated = _store.Open().Update(
        [
            new(items[0].Id, new ConfigurationUpdate { Model = "m" }),
            new(items[1].Id, new ConfigurationUpdate { NewName = "n0" }),
            new(items[2].Id, new ConfigurationUpdate { BaseUrl = "ftp://x" }),
            new(Guid.NewGuid(), new ConfigurationUpdate { Model = "m" }),
            new(items[3].Id, new ConfigurationUpdate { NewName = "swapped" }),
            new(items[4].Id, new ConfigurationUpdate { NewName = "n3" }),
        ]);

        Assert.Equal(
            [null, LlmConfigErrorCode.DuplicateName, LlmConfigErrorCode.InvalidBaseUrl, LlmConfigErrorCode.NotFound, null, null],
            updated.Select(result => result.Error?.Code));
        Assert.Equal(revision + 1, _store.Revision);
        Assert.Equal(["n0", "n1", "n2", "swapped", "n3"], _store.Open().GetAll().Select(item => item.Name));

        IReadOnlyList<ChangeResult> removed = _store.Open().Remove([items[0].Id, items[0].Id, Guid.NewGuid(), items[1].Id]);
        Assert.Equal([null, LlmConfigErrorCode.NotFound, LlmConfigErrorCode.NotFound, null], removed.Select(result => result.Error?.Code));
        Assert.Equal("n0", removed[0].Configuration!.Name);
        Assert.Equal(revision + 2, _store.Revision);
        Assert.Equal(3, _store.Sealed.Length);
    }

    [Fact]
    public void A_change_that_changes_nothing_commits_nothing()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());

        AssertUntouched(() => Assert.Equal(item, _store.Open().Update(item.Id, new ConfigurationUpdate())));
        AssertUntouched(() => _store.Open().Update(item.Id, new ConfigurationUpdate { NewName = "work", Provider = "OPENAI", UseAuthHeader = true, Model = " " }));
        AssertUntouched(() => _store.Open().SetDefaultVault(null));
        AssertUntouched(() => _store.Open().SetProtector(ProtectorKind.KeyFile));

        void AssertUntouched(Action change)
        {
            IReadOnlyList<string> before = StoreSnapshot.Of(_store.Path);
            change();
            Assert.Equal(before, StoreSnapshot.Of(_store.Path));
        }
    }

    [Fact]
    public void One_configuration_is_the_default_and_a_later_change_of_the_batch_does_not_give_it_back()
    {
        LlmConfiguration a = _store.Create("a");
        LlmConfiguration b = _store.Create("b");
        _store.Open().Update(a.Id, new ConfigurationUpdate { AsDefault = true });

        _store.Open().Update([new(b.Id, new ConfigurationUpdate { AsDefault = true }), new(a.Id, new ConfigurationUpdate { Model = "m" })]);
        Assert.Equal("b", _store.Open().RequireDefault().Name);
        Assert.Single(_store.Open().GetAll(), item => item.IsDefault);

        _store.Open().Create([new NewConfiguration { Name = "c", Provider = "openai", AsDefault = true }]);
        Assert.Equal("c", _store.Open().RequireDefault().Name);
        _store.Open().Remove([_store.Open().Get("c").Id]);
        Assert.Null(_store.Open().GetDefault());
        _store.Open().Update(a.Id, new ConfigurationUpdate { AsDefault = true });
        _store.Open().Update(a.Id, new ConfigurationUpdate { AsDefault = false });
        Assert.Null(_store.Open().GetDefault());
    }

    [Fact]
    public void Times_are_UTC_to_the_millisecond_and_follow_what_was_changed()
    {
        var clock = new FixedClock { Now = new DateTimeOffset(2026, 5, 6, 7, 8, 9, 123, TimeSpan.FromHours(2)).AddTicks(4567) };
        LlmConfigRepository repository = _store.Open(options => options with { Clock = clock });
        LlmConfiguration item = _store.Create("work", TestKey.New(), null, repository);
        var created = new DateTime(2026, 5, 6, 5, 8, 9, 123, DateTimeKind.Utc);
        Assert.Equal((created, created, created), (item.CreatedAt, item.UpdatedAt, item.KeyUpdatedAt!.Value));

        clock.Now = clock.Now.AddDays(1);
        item = repository.Update(item.Id, new ConfigurationUpdate { Model = "m" });
        Assert.Equal((created, created.AddDays(1), created), (item.CreatedAt, item.UpdatedAt, item.KeyUpdatedAt!.Value));

        clock.Now = clock.Now.AddDays(1);
        using ApiKey key = ApiKey.From(TestKey.New(), "work");
        item = repository.Update(item.Id, new ConfigurationUpdate { Key = key });
        Assert.Equal((created.AddDays(2), created.AddDays(2)), (item.UpdatedAt, item.KeyUpdatedAt!.Value));
        Assert.Equal(item, _store.Open().Get(item.Id));
    }

    [Fact]
    public void A_vault_that_is_held_is_waited_for_once_by_a_batch_and_no_process_that_has_ended_is_blamed()
    {
        _store.Create("first", TestKey.New());
        File.WriteAllText(_store.VaultPaths.Lock, "process 2147483646 (pwsh) since 2026-01-01T00:00:00Z\n");
        var files = new StoreFileSystem();
        List<ApiKey> keys = [.. Enumerable.Range(0, 20).Select(_ => ApiKey.From(TestKey.New(), "x"))];
        LlmConfigRepository repository = _store.Open(options => options with { LockPatience = TimeSpan.FromMilliseconds(300) });
        var watch = System.Diagnostics.Stopwatch.StartNew();
        using (files.TryLockFile(_store.VaultPaths.Lock, exclusive: true))
        {
            IReadOnlyList<ChangeResult> results = repository.Create([.. keys.Select((key, i) => new NewConfiguration { Name = $"n{i}", Provider = "openai", Key = key })]);

            // 20 waits are 6 seconds; one is 0.3, and a slow machine has the rest.
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
            Assert.All(results, result => Assert.Equal(LlmConfigErrorCode.StoreBusy, result.Error!.Code));
            Assert.All(results, result => Assert.Contains("another process has held", result.Error!.Message, StringComparison.Ordinal));
        }

        keys.ForEach(key => key.Dispose());
        Assert.Single(repository.GetAll());
    }

    [SkippableFact]
    public void A_batch_that_is_stopped_after_its_first_key_leaves_no_key_and_no_open_file()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Open files are looked for in /proc.");
        using var stop = new CancellationTokenSource();
        using ApiKey key = ApiKey.From(TestKey.New(), null);
        using LlmConfigRepository repository = _store.Open();
        NewConfiguration[] wanted = [.. new[] { "a", "b" }.Select(name => new NewConfiguration { Name = name, Provider = "openai", Key = key })];

        Assert.Throws<OperationCanceledException>(() => repository.Create(wanted, new Stopper(stop), stop.Token));

        Assert.Empty(_store.Sealed);
        Assert.Empty(_store.Intents);
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget),
            target => target?.StartsWith(_store.VaultPaths.Folder, StringComparison.Ordinal) == true && target.Contains(".sealed", StringComparison.Ordinal));
    }

    private sealed class Stopper(CancellationTokenSource stop) : IProgress<int>
    {
        public void Report(int value) => stop.Cancel();
    }

    private sealed class FixedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class ListProgress(List<int> list) : IProgress<int>
    {
        public void Report(int value) => list.Add(value);
    }
}
