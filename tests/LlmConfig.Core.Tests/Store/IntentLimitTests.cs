namespace LlmConfig.Tests;

/// <summary>More keys than fit one intent file.</summary>
[Collection(nameof(AloneCollection))]
public sealed class IntentLimitTests : IDisposable
{
    private readonly TemporaryStore _store = new(inMemory: true);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void An_intent_for_200_000_keys_and_their_labels_is_split_into_files_that_are_all_read_back()
    {
        KeyReference[] keys = [.. Enumerable.Range(0, 200_000).Select(_ => new KeyReference("Fäöü \"quoted\" vault", TestKey.NewId()))];
        KeyReference[] labels = [.. keys.Take(20_000)];
        Access.MakeFolder(_store.Path);
        IntentLog log = Log();

        IReadOnlyList<Intent> begun = log.Begin(Guid.NewGuid(), keys, labels);
        Assert.True(begun.Count > 1);
        Assert.Equal(begun.Count, _store.Intents.Length);
        foreach (Intent intent in begun)
        {
            intent.Dispose();
        }

        List<Intent> found = [.. Log().TakeOverDead()];
        Assert.Equal(keys.ToHashSet(), [.. found.SelectMany(intent => intent.Keys)]);
        Assert.Equal(labels.ToHashSet(), [.. found.SelectMany(intent => intent.Labels)]);
        foreach (Intent intent in found)
        {
            using (intent)
            {
                intent.Complete();
            }
        }

        Assert.Empty(_store.Intents);
        Assert.Empty(_store.Warnings);
    }

    [Fact]
    public void A_vault_with_a_name_of_any_length_fits()
    {
        KeyReference[] keys = [.. Enumerable.Range(0, 2_000).Select(_ => new KeyReference(new string('\u0001', 5_000), TestKey.NewId()))];
        Access.MakeFolder(_store.Path);
        foreach (Intent intent in Log().Begin(Guid.NewGuid(), keys, []))
        {
            intent.Dispose();
        }

        Assert.Equal(keys.Length, Log().TakeOverDead().Sum(intent => intent.Keys.Count));
        Assert.All(_store.Intents, path => Assert.InRange(new FileInfo(path).Length, 1, 16 * 1024 * 1024));
    }

    [Fact]
    public void When_the_second_file_cannot_be_written_the_first_goes()
    {
        KeyReference[] keys = [.. Enumerable.Range(0, 2_000).Select(_ => new KeyReference(new string('v', 5_000), TestKey.NewId()))];
        Access.MakeFolder(_store.Path);
        int renames = 0;
        var files = new FailingFileSystem
        {
            Before = (_, call, _) =>
            {
                if (call == "Rename" && ++renames == 2)
                {
                    throw new IOException("No space left on device", 28);
                }
            },
        };

        LlmConfigException error = Assert.Throws<LlmConfigException>(
            () => new IntentLog(_store.Path, files, TestSeals.Of(_store.Path), TimeProvider.System, _store.Keep).Begin(Guid.NewGuid(), keys, []));

        Assert.Equal((LlmConfigErrorCode.StoreFull, 2), (error.Code, renames));
        Assert.Empty(_store.Intents);
    }

    private IntentLog Log() => new(_store.Path, new StoreFileSystem(), TestSeals.Of(_store.Path), TimeProvider.System, _store.Keep);
}
