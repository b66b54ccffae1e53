using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Tests;

/// <summary>
/// What is flushed at once, by several threads: the crash and power cut suites let it come one after the other. On Windows each key is
/// flushed before it gets its name.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class OverlapTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_file_and_its_backup_are_flushed_at_the_same_time()
    {
        // A pool of which the test runner holds the few threads leaves all to the caller, one after the other.
        ThreadPool.GetMinThreads(out int least, out int ports);
        Assert.True(ThreadPool.SetMinThreads(16, ports));
        try
        {
            _store.Create("first", TestKey.New());
            var files = new WatchedFiles { Flushing = () => Thread.Sleep(30) };

            _store.Create("second", TestKey.New(), null, _store.Open(options => options with { Files = files }));

            Assert.InRange(files.MostAtOnce, 2, 8);
        }
        finally
        {
            ThreadPool.SetMinThreads(least, ports);
        }
    }

    [UnixFact]
    public void A_key_that_does_not_become_durable_fails_all_that_was_to_be_committed_with_it_and_leaves_nothing()
    {
        // More than are kept open at a time, and one of the first fails: what is told is told for all.
        _store.Create("first", TestKey.New());
        byte[] before = File.ReadAllBytes(_store.Paths.ConfigFile);
        int flushes = 0;
        var files = new WatchedFiles
        {
            // The first is the intent.
            Flushing = () =>
            {
                if (Interlocked.Increment(ref flushes) == 10)
                {
                    throw new IOException("Input/output error", 5);
                }
            },
        };
        using LlmConfigRepository repository = _store.Open(options => options with { Files = files });
        List<ApiKey> keys = [.. Enumerable.Range(0, 100).Select(_ => ApiKey.From(TestKey.New(), null))];

        LlmConfigException error = Assert.Throws<LlmConfigException>(
            () => repository.Create([.. keys.Select((key, i) => new NewConfiguration { Name = $"new {i}", Provider = "openai", Key = key })]));

        keys.ForEach(key => key.Dispose());
        Assert.Equal(LlmConfigErrorCode.StoreAccessDenied, error.Code);
        Assert.Contains("Input/output error", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_store.Paths.ConfigFile));
        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
        Assert.True(SpinWait.SpinUntil(() => files.OpenFiles == 0, TimeSpan.FromSeconds(10)), $"{files.OpenFiles} files are still open");

        // And the next change is a change like any other.
        _store.Create("second", TestKey.New(), null, repository);
        Assert.Equal(2, _store.Sealed.Length);
    }

    [UnixFact]
    public void A_thousand_keys_of_one_batch_are_all_durable_and_few_files_are_open_at_a_time()
    {
        var files = new WatchedFiles();
        using LlmConfigRepository repository = _store.Open(options => options with { Files = files });
        using ApiKey key = ApiKey.From(TestKey.New(), null);

        IReadOnlyList<ChangeResult> results = repository.Create([.. Enumerable.Range(0, 1000).Select(i => new NewConfiguration { Name = $"c{i}", Provider = "openai", Key = key })]);

        Assert.All(results, result => Assert.Null(result.Error));
        Assert.Equal(1000, files.FlushedPaths.Count(path => path.EndsWith(".sealed", StringComparison.Ordinal)));
        Assert.InRange(files.MostOpen, 60, 80);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Started_work_is_done_once_and_whoever_waits_is_told_what_failed(bool meanwhile)
    {
        int done = 0;
        var failure = new LlmConfigException(LlmConfigErrorCode.StoreFull, null, "Full.", "Free some room.");
        var work = new BackgroundWork(
            () =>
            {
                Interlocked.Increment(ref done);
                return failure;
            },
            meanwhile);

        Assert.Same(failure, Assert.Throws<LlmConfigException>(work.Wait));
        Assert.Same(failure, Assert.Throws<LlmConfigException>(work.Wait));
        Assert.Equal(1, done);
    }

    [Fact]
    public void What_started_work_throws_reaches_whoever_waits_and_not_the_process()
    {
        var work = new BackgroundWork(() => throw new InvalidOperationException("unexpected"), meanwhile: true);
        Thread.Sleep(100);

        Assert.Equal("unexpected", Assert.Throws<InvalidOperationException>(work.Wait).Message);
    }

    private sealed class WatchedFiles : StoreFileSystem
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<SafeFileHandle, string> _created = [];
        private readonly System.Collections.Concurrent.ConcurrentBag<string> _flushed = [];
        private int _atOnce;

        public Action Flushing { get; init; } = () => { };

        public int MostAtOnce { get; private set; }

        public int MostOpen { get; private set; }

        /// <summary>How many of the files that were created are open.</summary>
        public int OpenFiles => _created.Keys.Count(handle => !handle.IsClosed);

        public IReadOnlyCollection<string> FlushedPaths => _flushed;

        protected override SafeFileHandle CreateFile(string path)
        {
            SafeFileHandle handle = base.CreateFile(path);
            _created[handle] = path[..path.IndexOf('.', Path.GetDirectoryName(path)!.Length)] + (path.Contains(".sealed", StringComparison.Ordinal) ? ".sealed" : string.Empty);
            MostOpen = Math.Max(MostOpen, OpenFiles);
            return handle;
        }

        protected override void FlushFile(SafeFileHandle handle)
        {
            int now = Interlocked.Increment(ref _atOnce);
            MostAtOnce = Math.Max(MostAtOnce, now);
            try
            {
                Flushing();
                base.FlushFile(handle);
                _flushed.Add(_created[handle]);
            }
            finally
            {
                Interlocked.Decrement(ref _atOnce);
            }
        }
    }
}
