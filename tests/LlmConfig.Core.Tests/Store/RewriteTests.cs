namespace LlmConfig.Tests;

/// <summary>A change copies what it leaves alone; the file that results must be the one that writing all of it anew gives.</summary>
public sealed class RewriteTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_file_that_was_changed_bit_by_bit_is_the_file_that_writing_all_of_it_gives()
    {
        var random = new Random(20261124);
        LlmConfigRepository repository = _store.Open();
        int changes = 0;
        for (int round = 0; round < 120; round++)
        {
            IReadOnlyList<LlmConfiguration> all = repository.GetAll();
            LlmConfiguration? one = all.Count == 0 ? null : all[random.Next(all.Count)];
            switch (one is null ? 0 : random.Next(5))
            {
                case 0 or 1:
                    repository.Create([.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new NewConfiguration
                    {
                        Name = $"n{round}-{i} {(random.Next(2) == 0 ? "é\"\\" : string.Empty)}x",
                        Provider = "openai",
                        AsDefault = random.Next(3) == 0,
                    })]);
                    break;
                case 2:
                    repository.Remove([one!.Id]);
                    break;
                case 3:
                    repository.Update(one!.Id, new ConfigurationUpdate { NewName = $"renamed {round}", AsDefault = random.Next(2) == 0 });
                    break;
                default:
                    repository.Update(one!.Id, new ConfigurationUpdate { Model = $"model-{round}" });
                    break;
            }

            byte[] bytes = File.ReadAllBytes(_store.Paths.ConfigFile);
            ConfigDocument read = StoreDocument.Read(bytes);
            Assert.Equal(StoreDocument.Write(read), bytes);
            Assert.Equal(read.Configurations, repository.GetAll());
            changes++;
        }

        Assert.Equal(120, changes);
    }

    [Fact]
    public void An_entry_that_a_person_wrote_in_another_form_stays_as_it_is_until_it_is_changed()
    {
        LlmConfigRepository repository = _store.Open();
        repository.Create([new NewConfiguration { Name = "one", Provider = "openai" }, new NewConfiguration { Name = "two", Provider = "openai" }]);
        string text = File.ReadAllText(_store.Paths.ConfigFile);
        int start = text.IndexOf('{', text.IndexOf("\"configs\"", StringComparison.Ordinal));
        int end = text.IndexOf('}', start) + 1;
        string own = text[start..end].Replace("\n      ", " ", StringComparison.Ordinal);
        File.WriteAllText(_store.Paths.ConfigFile, "\uFEFF" + text[..start] + own + text[end..]);

        repository.Create(new NewConfiguration { Name = "three", Provider = "openai" });
        Assert.Contains(own, File.ReadAllText(_store.Paths.ConfigFile), StringComparison.Ordinal);
        repository.Update(repository.Get("one").Id, new ConfigurationUpdate { Model = "gpt-5" });
        Assert.DoesNotContain(own, File.ReadAllText(_store.Paths.ConfigFile), StringComparison.Ordinal);
        Assert.Equal(["one", "two", "three"], repository.GetAll().Select(item => item.Name));
    }

    [Fact]
    public void What_passes_as_a_plain_url_is_what_the_parser_takes()
    {
        const string alphabet = "abcxyzABC0123456789.-/_~:@?%[]é";
        var random = new Random(6);
        int good = 0;
        for (int i = 0; i < 200_000; i++)
        {
            string url = "https://" + string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => alphabet[random.Next(random.Next(4) == 0 ? alphabet.Length : 8)]));
            if (BaseUrl.Problem(url) is null)
            {
                Assert.True(Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed), url);
                Assert.True(parsed.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || parsed.IdnHost.Length > 0, url);
                good++;
            }
        }

        Assert.InRange(good, 10_000, 200_000);
    }
}
