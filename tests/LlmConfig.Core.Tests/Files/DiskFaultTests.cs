using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>A disk that is full, read-only or failing at each single call of a change.</summary>
[Collection(nameof(AloneCollection))]
public sealed class DiskFaultTests(ITestOutputHelper output)
{
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int InputOutput = 5;

    public static TheoryData<int, string> Changes => new()
    {
        { NoSpace, "create" }, { NoSpace, "rotate" }, { NoSpace, "remove" }, { NoSpace, "first" },
        { ReadOnly, "rotate" }, { InputOutput, "rotate" }, { NoSpace, "protector" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_failing_call_changes_nothing_or_the_change_is_made_and_no_temporary_file_stays(int errno, string change)
    {
        int failures = 0, successes = 0, at = 0;
        for (bool reached = true; reached; at++)
        {
            using var store = new TemporaryStore();
            string value = TestKey.New();
            LlmConfiguration? item = change == "first" ? null : store.Create("work", value);
            IReadOnlyList<string> before = Files(store);
            reached = false;
            int target = at;
            var files = new FailingFileSystem
            {
                // Removing needs no room, and a process that fails must be able to tidy up.
                Before = (number, call, _) =>
                {
                    if (number == target && call != "Delete")
                    {
                        reached = true;
                        throw new IOException("The disk says no.", errno);
                    }

                    reached |= number == target;
                },
            };
            var keyring = new FakeProtector(ProtectorKind.SecretService, change == "protector" ? ProtectorState.Ready : ProtectorState.Absent);
            LlmConfigOptions With(LlmConfigOptions options) => options with { Protectors = TestProtectors.KeyFile(keyring) };
            LlmConfigRepository repository = store.Open(options => With(options) with { Files = files });
            using ApiKey key = ApiKey.From(TestKey.New(), "work");
            LlmConfigException? error = null;
            try
            {
                switch (change)
                {
                    case "first" or "create":
                        repository.Create(new NewConfiguration { Name = "new", Provider = "openai", Key = key });
                        break;
                    case "rotate":
                        repository.Update(item!.Id, new ConfigurationUpdate { Key = key });
                        break;
                    case "remove":
                        repository.Remove([item!.Id]);
                        break;
                    default:
                        repository.SetProtector(ProtectorKind.SecretService);
                        break;
                }
            }
            catch (LlmConfigException e)
            {
                error = e;
            }

            Assert.DoesNotContain(Files(store), path => path.Contains(".tmp", StringComparison.Ordinal));
            bool uncertain = change != "protector" && error?.Problem.StartsWith("The change was made", StringComparison.Ordinal) == true;
            if (change != "protector" && (uncertain || error is not null))
            {
                // A change that was made may leave its intent: the removal of the old key was not confirmed either.
                Assert.Equal(uncertain, store.Intents.Length == 1);
            }

            if (error is null || uncertain)
            {
                successes++;
                Assert.NotEqual(before, Files(store));
            }
            else
            {
                failures++;
                Assert.Equal(errno == NoSpace ? LlmConfigErrorCode.StoreFull : LlmConfigErrorCode.StoreAccessDenied, error.Code);
                Refusal.AssertHasRemedy(error);
                if (change == "protector")
                {
                    // One that was begun goes on when it is asked for again.
                    Assert.Equal(value, store.ReadKey(item!.Id, With));
                    store.Open(With).SetProtector(ProtectorKind.SecretService);
                    Assert.Empty(store.MasterKeyFiles);
                    Assert.Equal(value, store.ReadKey(item.Id, With));
                }
                else if (change != "first")
                {
                    Assert.Equal(before, Files(store));
                    Assert.Equal(value, store.ReadKey(item!.Id));
                }
                else
                {
                    Assert.Empty(store.Open().GetAll());
                    Assert.Empty(store.Sealed);
                }
            }

            // Afterwards all works.
            store.Create("later", TestKey.New(), null, store.Open(With));
            Assert.Empty(store.Intents);
            Assert.Equal(store.Open().GetAll().Count(item => item.Vault is not null), store.Sealed.Length);
        }

        output.WriteLine($"{change}, errno {errno}: {failures} calls failed the change, {successes} did not");
        Assert.True(failures >= 3, $"{failures} failures");
    }

    [UnixFact]
    public void A_read_only_disk_is_StoreAccessDenied_and_reading_goes_on()
    {
        using var store = new TemporaryStore();
        string value = TestKey.New();
        LlmConfiguration item = store.Create("work", value);
        (int code, string text) = ChildProcess.Run("mount", ["--bind", store.Path, store.Path]);
        Skip.If(code != 0, $"Mounting is not allowed here: {text.Trim()}");
        try
        {
            (code, text) = ChildProcess.Run("mount", ["-o", "remount,ro,bind", store.Path]);
            Skip.If(code != 0, $"Mounting read-only is not allowed here: {text.Trim()}");

            Assert.Equal(value, store.ReadKey(item.Id));
            Refusal.Of(store, LlmConfigErrorCode.StoreAccessDenied, store.Paths.Lock, () => store.Open().Update(item.Id, new ConfigurationUpdate { AsDefault = true }));
            LlmConfigException error = Assert.Throws<LlmConfigException>(() => store.Create("new", TestKey.New()));
            Assert.Equal(LlmConfigErrorCode.StoreAccessDenied, error.Code);
            Assert.Contains("read-only", error.Problem, StringComparison.Ordinal);
        }
        finally
        {
            _ = ChildProcess.Run("umount", [store.Path]);
        }
    }

    [UnixFact]
    public void A_full_disk_is_StoreFull_and_what_was_there_stays_readable()
    {
        using var store = new TemporaryStore();
        Access.MakeFolder(store.Path);
        (int code, string text) = ChildProcess.Run("mount", ["-t", "tmpfs", "-o", "size=128k,mode=0700", "tmpfs", store.Path]);
        Skip.If(code != 0, $"Mounting is not allowed here: {text.Trim()}");
        try
        {
            string value = TestKey.New();
            LlmConfiguration item = store.Create("work", value);
            LlmConfigException? error = null;
            int made = 0;
            while (error is null)
            {
                try
                {
                    store.Create($"n{made}", TestKey.New());
                    made++;
                }
                catch (LlmConfigException e)
                {
                    error = e;
                }
            }

            output.WriteLine($"full after {made} configurations");
            Assert.Equal(LlmConfigErrorCode.StoreFull, error.Code);
            Assert.Equal(made + 1, store.Open().GetAll().Count);
            Assert.Equal(value, store.ReadKey(item.Id));
            Assert.DoesNotContain(Directory.GetFiles(store.Path, "*", SearchOption.AllDirectories), path => path.EndsWith(".tmp", StringComparison.Ordinal));
        }
        finally
        {
            _ = ChildProcess.Run("umount", [store.Path]);
        }
    }

    [Fact]
    public void A_store_that_another_process_made_and_did_not_flush_is_durable_before_a_key_names_it()
    {
        using var store = new TemporaryStore();
        var far = new FakeVault("Far")
        {
            Before = (call, _) =>
            {
                if (call == "Write")
                {
                    throw FakeVault.Unavailable;
                }
            },
        };
        LlmConfigOptions With(LlmConfigOptions options) => options with { Vaults = new FakeVaults(far) };

        // It made the store and the built-in vault, and came to nothing before its own key.
        Assert.Throws<LlmConfigException>(() => store.Create("first", TestKey.New(), "Far", store.Open(With)));
        Assert.Throws<LlmConfigException>(() => store.Create("first", TestKey.New(), "Far", store.Open(With)));
        Assert.Equal(0, store.Revision);

        List<string> flushed = [];
        var files = new FailingFileSystem
        {
            Before = (_, call, path) =>
            {
                if (call == "SyncFolder")
                {
                    flushed.Add(path);
                }
            },
        };
        IReadOnlyList<string>? before = null;
        far.Before = (call, _) => before ??= call == "Write" ? [.. flushed] : null;
        store.Create("second", TestKey.New(), "Far", store.Open(options => With(options) with { Files = files }));

        Assert.Contains(store.Path, before!);
    }

    // A folder that stays behind empty, and a lock file, change nothing.
    private static List<string> Files(TemporaryStore store) =>
    [
        .. StoreSnapshot.Of(store.Path).Where(line =>
            !line.Contains(".lock ", StringComparison.Ordinal) && !line.EndsWith(" 700 ", StringComparison.Ordinal)
            && !line.EndsWith(": nothing", StringComparison.Ordinal)),
    ];
}
