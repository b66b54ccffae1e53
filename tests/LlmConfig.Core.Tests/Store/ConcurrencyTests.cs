using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

public sealed class ConcurrencyTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Nobodys_update_is_lost_with_four_threads_and_fifty_mixed_changes_each()
    {
        const int threads = 4;
        const int changes = 50;
        var expected = new ConcurrentDictionary<string, string?>();
        int commits = 0;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            // Two repositories as two processes would have, two threads on each.
            LlmConfigRepository repository = _store.Open(options => options with { LockPatience = TimeSpan.FromMinutes(1) });
            Guid id = default;
            for (int i = 0; i < changes; i++)
            {
                string name = $"t{thread}-{i / 5}";
                string value = TestKey.New();
                using ApiKey key = ApiKey.From(value, name);
                switch (i % 5)
                {
                    case 0:
                        id = repository.Create(new NewConfiguration { Name = name, Provider = "openai", Key = key }).Id;
                        expected[name] = value;
                        break;
                    case 1:
                        repository.Update(id, new ConfigurationUpdate { Key = key });
                        expected[name] = value;
                        break;
                    case 2:
                        repository.Update(id, new ConfigurationUpdate { Model = $"m{i}" });
                        break;
                    case 3:
                        repository.Update(id, new ConfigurationUpdate { NewName = name + "-r" });
                        _ = expected.TryRemove(name, out string? kept);
                        expected[name + "-r"] = kept;
                        break;
                    default:
                        if (i % 2 == 0)
                        {
                            Assert.Null(repository.Remove([id])[0].Error);
                            _ = expected.TryRemove(name + "-r", out _);
                        }
                        else
                        {
                            repository.Update(id, new ConfigurationUpdate { AsDefault = true });
                        }

                        break;
                }

                Interlocked.Increment(ref commits);
            }
        });

        LlmConfigRepository reader = _store.Open();
        Assert.Equal(expected.Keys.Order(), reader.GetAll().Select(item => item.Name).Order());
        Assert.All(reader.GetAll(), item => Assert.Equal(expected[item.Name], _store.ReadKey(item.Id)));
        Assert.Equal(expected.Count, _store.Sealed.Length);
        Assert.Empty(_store.Intents);
        Assert.Equal(commits, _store.Revision);
        output.WriteLine($"{commits} changes by {threads} threads, revision {_store.Revision}, {expected.Count} configurations");
    }

    [Fact]
    public void A_reader_sees_the_old_file_or_the_new_one_during_five_hundred_commits()
    {
        const int commits = 500;
        LlmConfiguration a = _store.Create("a");
        LlmConfiguration b = _store.Create("b");
        using LlmConfigRepository writer = _store.Open(options => options with { Files = new FastFileSystem() });
        int reads = 0;
        using var done = new CancellationTokenSource();
        Task reading = Task.Factory.StartNew(() =>
        {
            int last = -1;
            while (!done.IsCancellationRequested)
            {
                IReadOnlyList<LlmConfiguration> items = _store.Open().GetAll();
                Assert.Equal(2, items.Count);
                Assert.Equal(items[0].Model, items[1].Model);
                int now = int.Parse(items[0].Model ?? "-1", System.Globalization.CultureInfo.InvariantCulture);
                Assert.InRange(now, last, commits);
                last = now;
                Interlocked.Increment(ref reads);
            }
        }, done.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        // A thread of its own, and running: the pool may be busy with other tests for as long as the commits take.
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref reads) > 10 || reading.IsCompleted, TimeSpan.FromSeconds(30)));
        for (int i = 0; i < commits; i++)
        {
            var update = new ConfigurationUpdate { Model = $"{i}" };
            writer.Update([new(a.Id, update), new(b.Id, update)]);
        }

        done.Cancel();
        reading.GetAwaiter().GetResult();
        output.WriteLine($"{reads} reads during {commits} commits");
        Assert.DoesNotContain(_store.Warnings, warning => !warning.Message.Contains("has no key yet", StringComparison.Ordinal));
        Assert.True(reads > 10);
    }

    [Fact]
    public void Reading_a_key_never_fails_while_it_is_rotated()
    {
        const int rotations = 150;
        LlmConfiguration item = _store.Create("work", TestKey.New());
        using LlmConfigRepository writer = _store.Open(options => options with { Files = new FastFileSystem() });
        using var done = new CancellationTokenSource();
        int reads = 0;
        Task[] reading =
        [
            .. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() =>
            {
                using LlmConfigRepository reader = _store.Open();
                while (!done.IsCancellationRequested)
                {
                    using ApiKey key = reader.GetKey(item.Id);
                    Assert.StartsWith("sk-test-", key.ToPlainText(), StringComparison.Ordinal);
                    Interlocked.Increment(ref reads);
                }
            }, done.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref reads) > 10 || reading.Any(task => task.IsCompleted), TimeSpan.FromSeconds(30)));
        for (int i = 0; i < rotations; i++)
        {
            using ApiKey key = ApiKey.From(TestKey.New(), "work");
            writer.Update(item.Id, new ConfigurationUpdate { Key = key });
        }

        done.Cancel();
        Task.WaitAll(reading);
        output.WriteLine($"{reads} reads during {rotations} rotations");
        Assert.Single(_store.Sealed);
    }

    [Fact]
    public void The_lock_is_waited_for_and_then_StoreBusy_names_the_holder()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        var holder = new WaitingLock(new StoreFileSystem(), _store.Paths.Lock, TimeSpan.FromSeconds(1));
        LlmConfigRepository Impatient() => _store.Open(options => options with { LockPatience = TimeSpan.FromMilliseconds(200) });
        using (holder.Acquire(CancellationToken.None))
        {
            LlmConfigException error = Refusal.Of(
                _store, LlmConfigErrorCode.StoreBusy, _store.Paths.Lock, () => Impatient().Update(item.Id, new ConfigurationUpdate { Model = "m" }));
            Assert.Contains($"process {Environment.ProcessId} ", error.Message, StringComparison.Ordinal);
            Assert.Contains("0.2 seconds", error.Message, StringComparison.Ordinal);
            Refusal.Of(_store, LlmConfigErrorCode.StoreBusy, _store.Paths.Lock, () => _store.Create("new", TestKey.New(), null, Impatient()));
            Assert.Equal("work", Impatient().Get("work").Name);
            _store.ReadKey(item.Id);
        }

        using (FileLock held = holder.Acquire(CancellationToken.None))
        {
            var files = new StoreFileSystem();
            files.WriteLocked(held, "\u001B[31m"u8);
            Refusal.Of(LlmConfigErrorCode.StoreBusy, _store.Paths.Lock, () => Impatient().Remove([item.Id]));
            files.WriteLocked(held, []);
            LlmConfigException error = Refusal.Of(LlmConfigErrorCode.StoreBusy, _store.Paths.Lock, () => Impatient().Remove([item.Id]));
            Assert.Contains("another process", error.Message, StringComparison.Ordinal);
            Task<LlmConfiguration> waiting = Task.Run(() => _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "m" }));
            Assert.False(waiting.Wait(100));
            held.Dispose();
            Assert.Equal("m", waiting.GetAwaiter().GetResult().Model);
        }
    }

    [Fact]
    public void The_vault_that_another_process_is_making_is_waited_for_with_a_limit_too()
    {
        _store.Create("keyless");
        Access.MakeFolder(_store.Paths.Vault);
        using FileLock held = new WaitingLock(new StoreFileSystem(), _store.VaultPaths.Lock, TimeSpan.FromSeconds(1)).Acquire(CancellationToken.None);

        Refusal.Of(
            LlmConfigErrorCode.StoreBusy,
            "work",
            () => _store.Create("work", TestKey.New(), null, _store.Open(options => options with { LockPatience = TimeSpan.FromMilliseconds(100) })));
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_reader_of_a_store_whose_very_first_commit_is_being_made_is_told_of_no_damage()
    {
        var files = new LateFileSystem();
        files.BeforeBackupIsLookedFor = () => _store.Create("work");

        Assert.Single(_store.Open(options => options with { Files = files }).GetAll());
        Assert.DoesNotContain(_store.Warnings, warning => !warning.Message.Contains("has no key yet", StringComparison.Ordinal));
    }

    /// <summary>Without waiting for the disk: what is tested is other threads, not a power cut.</summary>
    [Fact]
    public void A_file_that_another_program_holds_open_is_replaced_or_StoreBusy_says_so_and_nothing_changes()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        byte[] before = File.ReadAllBytes(_store.Paths.ConfigFile);
        bool isReplaced = true;
        using (new FileStream(_store.Paths.ConfigFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            try
            {
                _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "new" });
            }
            catch (LlmConfigException e) when (OperatingSystem.IsWindows())
            {
                // A file system without POSIX semantics.
                isReplaced = false;
                Assert.Equal((LlmConfigErrorCode.StoreBusy, _store.Paths.ConfigFile), (e.Code, e.Target));
                Assert.Equal(before, File.ReadAllBytes(_store.Paths.ConfigFile));
            }
        }

        Assert.Equal(isReplaced ? "new" : null, _store.Open().Get("work").Model);
        _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "newer" });
        Assert.Equal("newer", _store.Open().Get("work").Model);
    }

    private sealed class FastFileSystem : StoreFileSystem
    {
        protected override void FlushFile(Microsoft.Win32.SafeHandles.SafeFileHandle handle)
        {
        }

        protected override void SyncFolder(string path)
        {
        }
    }

    private sealed class LateFileSystem : StoreFileSystem
    {
        public Action? BeforeBackupIsLookedFor { get; set; }

        protected override EntryInfo? Stat(string path)
        {
            if (path.EndsWith(".bak", StringComparison.Ordinal))
            {
                BeforeBackupIsLookedFor?.Invoke();
                BeforeBackupIsLookedFor = null;
            }

            // The store's folder is there before its first file is.
            return path.EndsWith("store", StringComparison.Ordinal) ? base.Stat(Path.GetDirectoryName(path)!) : base.Stat(path);
        }
    }
}
