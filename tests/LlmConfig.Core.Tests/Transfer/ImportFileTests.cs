using System.Text;

namespace LlmConfig.Tests;

/// <summary>Files of every format, good, damaged and hostile.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ImportFileTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_own_file_of_a_store_is_imported_without_its_keys_and_says_which_are_left_behind()
    {
        using var origin = new TemporaryStore();
        LlmConfiguration work = origin.Create("work", TestKey.New());
        LlmConfiguration local = origin.Create("keyless");

        using ImportSource source = ImportSource.FromFile(origin.Paths.ConfigFile);
        LlmConfigRepository repository = _store.Open();
        ImportPlan plan = repository.PlanImport(source.Items);
        IReadOnlyList<ImportResult> results = repository.Import(plan.Steps);

        Assert.Equal([true, false], plan.Steps.Select(step => step.LeavesKeyBehind));
        Assert.Equal([work.Id, local.Id], results.Select(result => result.Configuration!.Id));
        Assert.All(_store.Open().GetAll(), item => Assert.Null(item.Vault));
        Assert.False(source.HoldsPlainKeys);
    }

    [Fact]
    public void An_export_without_keys_is_a_file_of_the_format_of_the_store_with_mode_0600()
    {
        using var origin = new TemporaryStore();
        LlmConfiguration work = origin.Create("work", TestKey.New());
        origin.Create("other");
        string path = Path.Combine(_store.Root, "export.json");
        LlmConfigRepository repository = origin.Open();

        repository.WriteExport(path, repository.Export([work.Id]));

        Assert.True(Access.IsOfUserAlone(path));
        Assert.Equal(["work"], StoreDocument.Read(File.ReadAllBytes(path)).Configurations.Select(item => item.Name));
        Assert.Equal([path], Directory.GetFiles(_store.Root));
    }

    [Fact]
    public void A_file_that_is_there_is_replaced_only_when_that_is_asked_for()
    {
        string path = Path.Combine(_store.Root, "export.json");
        File.WriteAllText(path, "mine");
        LlmConfigRepository repository = _store.Open();

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.DuplicateName, path, () => repository.WriteExport(path, "x"u8));
        Assert.Contains("-Force", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(path));
        repository.WriteExport(path, "x"u8, overwrite: true);
        Assert.Equal("x", File.ReadAllText(path));
        Assert.True(Access.IsOfUserAlone(path));
        Assert.Equal([path], Directory.GetFiles(_store.Root));
    }

    [UnixFact]
    public void An_export_replaces_a_link_and_refuses_a_folder_a_device_and_a_folder_that_is_not_there()
    {
        string target = Path.Combine(_store.Root, "target"), link = Path.Combine(_store.Root, "link");
        File.WriteAllText(target, "untouched");
        File.CreateSymbolicLink(link, target);
        LlmConfigRepository repository = _store.Open();

        Refusal.Of(LlmConfigErrorCode.DuplicateName, link, () => repository.WriteExport(link, "x"u8));
        repository.WriteExport(link, "x"u8, overwrite: true);
        Assert.Equal("untouched", File.ReadAllText(target));
        Assert.Equal("x", File.ReadAllText(link));
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, _store.Root, () => repository.WriteExport(_store.Root, "x"u8, overwrite: true));
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, "/dev/null", () => repository.WriteExport("/dev/null", "x"u8, overwrite: true));
        string nowhere = Path.Combine(_store.Root, "none", "x");
        Refusal.Of(LlmConfigErrorCode.StoreAccessDenied, nowhere, () => repository.WriteExport(nowhere, "x"u8));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_file_before_and_nothing_beside_it()
    {
        string path = Path.Combine(_store.Root, "export.json");
        File.WriteAllText(path, "before");
        foreach (string call in new[] { "CreateFile", "Write", "FlushFile", "Rename" })
        {
            var files = new FailingFileSystem
            {
                Before = (_, name, _) =>
                {
                    if (name == call)
                    {
                        throw new IOException("full", 28);
                    }
                },
            };

            Refusal.Of(LlmConfigErrorCode.StoreFull, path, () => _store.Open(options => options with { Files = files }).WriteExport(path, "after"u8, overwrite: true));

            Assert.Equal("before", File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFiles(_store.Root));
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[{}]")]
    [InlineData("{")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"version\":1,\"store\":\"7c9e6679-7425-40de-944b-e07fc1f90ae7\",\"revision\":0,\"configs\":[]}")]
    [InlineData("{\"configs\":[]}")]
    [InlineData("{\"openai\":1}")]
    [InlineData("{\"openai\":null}")]
    [InlineData("{\"openai\":{\"key\":\"sk-test-x\"}}")]
    [InlineData("{\"openai\":\"sk-test-1\",\"openai\":\"sk-test-2\"}")]
    [InlineData("{\"openai\":\"sk-test-1\"} {}")]
    [InlineData("{\"openai\":\"sk-test-1\",}")]
    [InlineData("{\"openai\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":\"sk-test-1\"}")]
    [InlineData("openai: sk-test-1")]
    [InlineData("OPENAI_API_KEY=\"sk-test-1")]
    [InlineData("OPENAI_API_KEY='sk-test-1")]
    [InlineData("CERT=\"-----BEGIN\nOPENAI_API_KEY=sk-test-injected\n-----END\"")]
    [InlineData("OPENAI_API_KEY=\"sk-test-1\" trailing")]
    [InlineData("OPENAI_API_KEY=sk-test-1\nOPENAI_API_KEY=sk-test-2")]
    [InlineData("OPENAI_API_KEY=${OTHER}")]
    [InlineData("OPENAI_API_KEY=\"$(cat key)\"")]
    [InlineData("OPENAI_API_KEY=`cat key`")]
    [InlineData("=sk-test-1")]
    [InlineData("1A=sk-test-1")]
    [InlineData("<html>sk-test-1</html>")]
    [InlineData("")]
    [InlineData(" \n\n")]
    public void A_file_that_is_damaged_or_of_no_known_format_is_refused_whole_and_never_repeated(string text)
    {
        string path = Write(text);

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.StoreCorrupt, path, () => ImportSource.FromFile(path));

        Refusal.AssertNowhere("sk-test", error);
        Refusal.AssertNowhere("BEGIN", error);
        Assert.Null(error.InnerException);
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused_as_that()
    {
        string path = Write("{\"version\":2,\"configs\":{}}");

        Refusal.Of(LlmConfigErrorCode.StoreVersionUnsupported, path, () => ImportSource.FromFile(path));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'A', 0, (byte)'=', 0, (byte)'1', 0 })]
    [InlineData(new byte[] { (byte)'A', (byte)'=', 0xC3, 0x28 })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xC0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    public void What_is_not_strict_UTF8_is_refused(byte[] bytes)
    {
        string path = Path.Combine(_store.Root, "file");
        File.WriteAllBytes(path, bytes);

        Assert.Contains("UTF-8", Refusal.Of(LlmConfigErrorCode.StoreCorrupt, path, () => ImportSource.FromFile(path)).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"version\":1,\"store\":\"7c9e6679-7425-40de-944b-e07fc1f90ae7\",\"revision\":0,\"configs\":[]}", 0)]
    [InlineData("{}", 0)]
    [InlineData("{\"openai\":\"sk-test-1\"}", 1)]
    [InlineData("OPENAI_API_KEY=sk-test-1", 1)]
    public void A_byte_order_mark_and_space_in_front_are_passed_over(string text, int count)
    {
        Assert.Equal(count, Read("\ufeff\r\n " + text).Items.Count);
        Assert.Equal(count, Read(text + "\r\n").Items.Count);
    }

    [UnixFact]
    public void A_file_that_is_too_large_is_not_read_and_what_is_no_file_does_not_hang()
    {
        string large = Path.Combine(_store.Root, "large");
        using (FileStream stream = File.Create(large))
        {
            stream.SetLength(ImportFile.MaximumBytes + 1);
        }

        string fifo = Path.Combine(_store.Root, "fifo");
        Assert.Equal(0, ChildProcess.Run("mkfifo", [fifo]).Code);

        Assert.Contains("16 MiB", Refusal.Of(LlmConfigErrorCode.StoreCorrupt, large, () => ImportSource.FromFile(large)).Problem, StringComparison.Ordinal);
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, fifo, () => ImportSource.FromFile(fifo));
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, "/dev/zero", () => ImportSource.FromFile("/dev/zero"));
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, _store.Root, () => ImportSource.FromFile(_store.Root));
        string none = Path.Combine(_store.Root, "none");
        Refusal.Of(LlmConfigErrorCode.NotFound, none, () => ImportSource.FromFile(none));
        string dangling = Path.Combine(_store.Root, "dangling");
        File.CreateSymbolicLink(dangling, none);
        Refusal.Of(LlmConfigErrorCode.NotFound, dangling, () => ImportSource.FromFile(dangling));
    }

    [UnixFact]
    public void A_link_to_a_file_is_followed_since_the_person_named_it()
    {
        string link = Path.Combine(_store.Root, "link");
        File.CreateSymbolicLink(link, Write("OPENAI_API_KEY=sk-test-1"));

        using ImportSource source = ImportSource.FromFile(link);

        Assert.Single(source.Items);
    }

    [Fact]
    public void A_format_that_is_named_is_the_one_that_is_read()
    {
        string path = Write("[]");

        foreach (ImportFormat format in new[] { ImportFormat.LlmConfig, ImportFormat.LlmKeys, ImportFormat.DotEnv })
        {
            LlmConfigException error = Refusal.Of(LlmConfigErrorCode.StoreCorrupt, path, () => ImportSource.FromFile(path, format));
            Assert.Contains(format.ToString(), error.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Keys_of_llm_are_imported_by_what_its_plugins_call_them_and_notes_and_strangers_are_passed_over()
    {
        using ImportSource source = Read("""
            {
              "// Note": "This file stores secret API credentials. Do not share!",
              "openai": "sk-test-\u0031",
              "claude": "sk-test-2", "gemini": "sk-test-3", "mistral": "sk-test-4", "groq": "sk-test-5", "openrouter": "sk-test-6",
              "grok": "sk-test-7", "azure": "sk-test-8", "personal": "sk-test-9", "deepseek": ""
            }
            """);

        Assert.True(source.HoldsPlainKeys);
        Assert.Equal(["openai", "claude", "gemini", "mistral", "groq", "openrouter", "grok", "azure"], source.Items.Select(item => item.Name));
        Assert.Equal(["openai", "anthropic", "google", "mistral", "groq", "openrouter", "xai", "azure-openai"], source.Items.Select(item => item.Provider));
        LlmConfigException error = Assert.Single(source.Errors);
        Assert.Equal((LlmConfigErrorCode.InvalidKey, "deepseek"), (error.Code, error.Target));
        Assert.Contains("'personal'", Assert.Single(source.Remarks), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", string.Join(' ', source.Remarks), StringComparison.Ordinal);

        IReadOnlyList<ImportResult> results = _store.Open().Import(source);
        Assert.Equal(LlmConfigErrorCode.InvalidBaseUrl, Assert.Single(results, result => result.Error is not null).Error!.Code);
        Assert.Equal("sk-test-1", _store.ReadKey(_store.Open().Get("openai").Id));
        Assert.Equal("sk-test-2", _store.ReadKey(_store.Open().Get("claude").Id));
    }

    [Fact]
    public void A_dot_env_file_is_read_as_its_libraries_read_it()
    {
        using ImportSource source = Read(
            "# comment\r\n" +
            "\n" +
            "OPENAI_API_KEY=sk-test-openai # inline comment\r\n" +
            "export ANTHROPIC_API_KEY = \"sk-test-\\\"a\\\"#b\"   # comment\n" +
            "  MISTRAL_API_KEY='sk-test-${literal}$(literal)'\n" +
            "GROQ_API_KEY=sk-test#no-comment\n" +
            "XAI_API_KEY=\n" +
            "DEEPSEEK_API_KEY=\"\"\n" +
            "EMPTY\n" +
            "DATABASE_URL=\"postgres://u:p@h/${DB}\"\n" +
            "some.other-name=`date`\n" +
            "HF_TOKEN=a$b");

        Assert.Equal(["openai", "anthropic", "mistral", "groq", "huggingface"], source.Items.Select(item => item.Name));
        Assert.Equal(
            ["sk-test-openai", "sk-test-\"a\"#b", "sk-test-${literal}$(literal)", "sk-test#no-comment", "a$b"],
            source.Items.Select(item => item.Key!.ToPlainText()));
        Assert.True(source.HoldsPlainKeys);
        Assert.Empty(source.Errors);
        Assert.Empty(source.Remarks);
    }

    [Fact]
    public void A_dot_env_file_without_a_key_says_so_and_one_with_a_bad_key_is_an_error_of_that_key()
    {
        Assert.Contains("2 variables", Assert.Single(Read("A=1\nB=2").Remarks), StringComparison.Ordinal);
        using ImportSource source = Read("OPENAI_API_KEY=\"sk-test-1\\nsecond line\"\nGROQ_API_KEY=sk-test-2");
        Assert.Equal("openai", Assert.Single(source.Errors).Target);
        Assert.Equal("groq", Assert.Single(source.Items).Name);
    }

    [Fact]
    public void Keys_are_zeroed_with_their_source()
    {
        ImportSource source = Read("OPENAI_API_KEY=sk-test-1");
        ApiKey key = source.Items[0].Key!;
        source.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.ToPlainText());
    }

    private IReadOnlyList<ImportResult> Import(IReadOnlyList<ImportItem> items)
    {
        LlmConfigRepository repository = _store.Open();
        return repository.Import(repository.PlanImport(items).Steps);
    }

    private ImportSource Read(string text) => ImportSource.FromFile(Write(text));

    private string Write(string text)
    {
        string path = Path.Combine(_store.Root, "file");
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
        return path;
    }
}
