using System.Security;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmConfig.Tests;

/// <summary>An export with keys: pinned by a vector of an independent program, closed to whoever lacks the password, and to damage.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SealedExportTests : IDisposable
{
    private const string VectorPassword = "Vektor-Paßwort \U0001F511 1";
    private const string Password = "eight or more";

    private readonly TemporaryStore _store = new();
    private readonly TemporaryStore _other = new();

    public void Dispose()
    {
        _store.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void The_vector_of_an_independent_program_is_read()
    {
        using SecureString password = Secure(VectorPassword);
        using ImportSource source = ImportSource.FromFile(Vector("sealed.json"), null, password);

        Assert.All(_store.Open().Import(source), result => Assert.Null(result.Error));

        Assert.Equal(["work", "local", "Größe"], _store.Open().GetAll().Select(item => item.Name));
        LlmConfiguration work = _store.Open().RequireDefault();
        Assert.Equal(new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"), work.Id);
        Assert.Equal(("https://gateway.example/openai/v1", "gpt-5", "LlmConfig"), (work.BaseUrl, work.Model, work.Vault));
        Assert.Equal(new DateTime(2026, 11, 23, 20, 40, 10, 123, DateTimeKind.Utc), work.KeyUpdatedAt);
        Assert.Equal(new DateTime(2026, 11, 1, 8, 0, 0, DateTimeKind.Utc), work.CreatedAt);
        Assert.Equal("sk-test-vector-one", _store.ReadKey(work.Id));
        Assert.Equal("sk-test-vektor-zwei-é", _store.ReadKey(_store.Open().Get("größe").Id));
        Assert.Null(_store.Open().Get("local").Vault);
        Assert.False(source.HoldsPlainKeys);
    }

    [Fact]
    public void What_is_sealed_is_exactly_the_vector()
    {
        ConfigDocument document = StoreDocument.Read(File.ReadAllBytes(Vector("settings.json")));
        using ApiKey one = ApiKey.From("sk-test-vector-one", null), two = ApiKey.From("sk-test-vektor-zwei-é", null);

        byte[] file = SealedExport.Seal(
            document,
            [one, two],
            Encoding.UTF8.GetBytes(VectorPassword),
            new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc),
            Convert.FromHexString("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"),
            Convert.FromHexString("b0b1b2b3b4b5b6b7b8b9babb"),
            SealedExport.Rounds);

        Assert.Equal(File.ReadAllText(Vector("sealed.json")), Encoding.UTF8.GetString(file));
        Assert.Equal(600_000, SealedExport.Rounds);
    }

    [Fact]
    public void A_round_trip_to_another_machine_keeps_everything_and_a_second_import_changes_nothing()
    {
        string value = TestKey.New();
        LlmConfiguration work = _store.Create("work", value);
        _store.Open().Update(work.Id, new ConfigurationUpdate { Model = "m", AsDefault = true });
        _store.Create("keyless");
        string path = Export(_store.Open().GetAll());

        Assert.All(Import(path), result => Assert.Equal((null, ImportAction.Create), (result.Error, result.Action)));
        long revision = _other.Revision;
        Assert.All(Import(path), result => Assert.Equal(ImportAction.None, result.Action));

        Assert.Equal(revision, _other.Revision);
        Assert.Equal(value, _other.ReadKey(work.Id));
        Assert.Equal("work", _other.Open().RequireDefault().Name);
        Assert.Equal(Strip(_store), Strip(_other));
        string file = File.ReadAllText(path);
        Assert.DoesNotContain("work", file, StringComparison.Ordinal);
        Assert.DoesNotContain(value, file, StringComparison.Ordinal);

        // A key that was rotated since is another one.
        using ApiKey next = ApiKey.From(TestKey.New(), null);
        _other.Open().Update(work.Id, new ConfigurationUpdate { Key = next });
        Assert.Equal(LlmConfigErrorCode.DuplicateName, Import(path)[0].Error!.Code);
        Assert.Equal(ImportAction.Update, Import(path, ImportConflict.Replace)[0].Action);
        Assert.Equal(value, _other.ReadKey(work.Id));
        Assert.Single(_other.Sealed);

        static IEnumerable<LlmConfiguration> Strip(TemporaryStore store) =>
            store.Open().GetAll().Select(item => item with { KeyId = null, KeyFingerprint = null, Seal = null, UpdatedAt = default });
    }

    [Fact]
    public void Without_the_password_it_is_locked_and_a_wrong_one_cannot_be_told_from_damage()
    {
        _store.Create("work", TestKey.New());
        string path = Export(_store.Open().GetAll());

        LlmConfigException none = Refusal.Of(LlmConfigErrorCode.VaultLocked, path, () => ImportSource.FromFile(path));
        Assert.Contains("-Password", none.RecommendedAction, StringComparison.Ordinal);
        LlmConfigException wrong = Refusal.Of(LlmConfigErrorCode.VaultLocked, path, () => Open(path, "pass-phrase-of-others"));
        JsonNode json = JsonNode.Parse(File.ReadAllText(path))!;
        byte[] data = Convert.FromBase64String(json["data"]!.GetValue<string>());
        foreach (int at in new[] { 0, 5, data.Length / 2, data.Length - 17, data.Length - 1 })
        {
            byte[] damaged = [.. data];
            damaged[at] ^= 1;
            Assert.Equal(wrong.Message, Refusal.Of(LlmConfigErrorCode.VaultLocked, path, () => OpenWith(json, "data", Convert.ToBase64String(damaged), path)).Message);
        }

        foreach (string name in new[] { "salt", "nonce" })
        {
            byte[] bytes = Convert.FromBase64String(json[name]!.GetValue<string>());
            bytes[0] ^= 1;
            Refusal.Of(LlmConfigErrorCode.VaultLocked, path, () => OpenWith(json, name, Convert.ToBase64String(bytes), path));
        }

        Refusal.Of(LlmConfigErrorCode.VaultLocked, path, () => OpenWith(json, "rounds", 600_001, path));
        Refusal.Of(LlmConfigErrorCode.InvalidKey, null, () => Open(path, string.Empty));
        Refusal.AssertNowhere("pass-phrase", wrong);
    }

    [Theory]
    [InlineData("rounds", 599_999)]
    [InlineData("rounds", 10_000_001)]
    [InlineData("rounds", int.MaxValue)]
    [InlineData("rounds", 0)]
    [InlineData("rounds", -1)]
    [InlineData("rounds", 6e9)]
    [InlineData("rounds", "600000")]
    [InlineData("rounds", null)]
    [InlineData("version", 0)]
    [InlineData("version", "1")]
    [InlineData("kdf", "PBKDF2-SHA1")]
    [InlineData("kdf", null)]
    [InlineData("cipher", "none")]
    [InlineData("salt", "AAAA")]
    [InlineData("salt", "not base64")]
    [InlineData("nonce", "")]
    [InlineData("nonce", 12)]
    [InlineData("data", "AAAA")]
    [InlineData("data", "")]
    [InlineData("data", null)]
    public void A_header_that_breaks_the_format_is_refused_before_any_work_is_done(string name, object? value)
    {
        string path = Path.Combine(_store.Root, "sealed.json");
        JsonNode json = JsonNode.Parse(File.ReadAllText(Vector("sealed.json")))!;
        var clock = System.Diagnostics.Stopwatch.StartNew();

        Refusal.Of(LlmConfigErrorCode.StoreCorrupt, path, () => OpenWith(json, name, value, path));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    [Fact]
    public void A_newer_version_a_property_twice_and_parts_that_do_not_fit_are_refused()
    {
        string path = Path.Combine(_store.Root, "sealed.json");
        string text = File.ReadAllText(Vector("sealed.json"));
        JsonNode json = JsonNode.Parse(text)!;
        Refusal.Of(LlmConfigErrorCode.StoreVersionUnsupported, path, () => OpenWith(json, "version", 2, path));
        File.WriteAllText(path, text.Replace("\"version\": 1,", "\"version\": 1, \"version\": 1,", StringComparison.Ordinal));
        Refusal.Of(LlmConfigErrorCode.StoreCorrupt, path, () => Open(path, VectorPassword));

        // Whole seals around plain texts that are not of the format.
        foreach ((byte[] settings, byte[][] keys) in new (byte[], byte[][])[]
        {
            ("{}"u8.ToArray(), []),
            (File.ReadAllBytes(Vector("settings.json")), ["sk-test-only-one"u8.ToArray()]),
            (File.ReadAllBytes(Vector("settings.json")), ["sk-test-1"u8.ToArray(), "sk-test-2"u8.ToArray(), "sk-test-3"u8.ToArray()]),
        })
        {
            File.WriteAllBytes(path, Seal(settings, keys));
            Refusal.Of(LlmConfigErrorCode.StoreCorrupt, path, () => Open(path, Password));
        }

        File.WriteAllBytes(path, Seal(File.ReadAllBytes(Vector("settings.json")), ["sk-test-1"u8.ToArray(), "sk\n2"u8.ToArray()]));
        Refusal.Of(LlmConfigErrorCode.InvalidKey, "Größe", () => Open(path, Password));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7 chars")]
    public void A_password_that_is_too_short_seals_nothing(string password)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        using SecureString secure = Secure(password);

        Refusal.Of(LlmConfigErrorCode.InvalidKey, null, () => _store.Open().Export([item.Id], secure));
    }

    [Fact]
    public void A_key_that_cannot_be_read_fails_the_whole_export()
    {
        var far = new FakeVault("Far");
        LlmConfigRepository repository = _store.Open(options => options with { Vaults = new FakeVaults(far) });
        LlmConfiguration work = _store.Create("work", TestKey.New(), "Far", repository);
        _store.Create("other", TestKey.New(), null, repository);
        using SecureString password = Secure(Password);
        far.Before = (call, _) => throw FakeVault.Unavailable;

        Refusal.Of(LlmConfigErrorCode.VaultUnavailable, "work", () => repository.Export([.. repository.GetAll().Select(item => item.Id)], password));
        far.Before = null;
        far.Keys.Clear();
        Refusal.Of(LlmConfigErrorCode.KeyMissing, "work", () => repository.Export([work.Id], password));
        Refusal.Of(LlmConfigErrorCode.NotFound, Guid.Empty.ToString(), () => repository.Export([Guid.Empty], password));
        Refusal.Of(LlmConfigErrorCode.NotFound, Guid.Empty.ToString(), () => repository.Export([Guid.Empty]));
    }

    [Fact]
    public void A_password_that_was_disposed_of_or_is_no_text_is_an_error_that_does_not_show_it()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        SecureString gone = Secure(Password);
        gone.Dispose();
        using SecureString half = Secure("12345678\ud800");

        Refusal.Of(LlmConfigErrorCode.InvalidKey, null, () => _store.Open().Export([item.Id], gone));
        Refusal.AssertNowhere("12345678", Refusal.Of(LlmConfigErrorCode.InvalidKey, null, () => _store.Open().Export([item.Id], half)));
    }

    private static string Vector(string name) => Path.Combine(AppContext.BaseDirectory, "Vectors", "export", name);

    private static SecureString Secure(string text)
    {
        var result = new SecureString();
        foreach (char c in text)
        {
            result.AppendChar(c);
        }

        return result;
    }

    // As the document describes it, without the code under test.
    private static byte[] Seal(byte[] settings, byte[][] keys)
    {
        byte[] plain = [.. new[] { settings }.Concat(keys).SelectMany(part => BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(part.Length)).Concat(part))];
        byte[] key = System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2(
            Password, new byte[16], 600_000, System.Security.Cryptography.HashAlgorithmName.SHA256, 32);
        byte[] data = new byte[plain.Length + 16];
        using var aes = new System.Security.Cryptography.AesGcm(key, 16);
        aes.Encrypt(new byte[12], plain, data.AsSpan(0, plain.Length), data.AsSpan(plain.Length), "LlmConfig sealed export 1"u8);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            format = "LlmConfig sealed export",
            version = 1,
            kdf = "PBKDF2-SHA256",
            rounds = 600_000,
            salt = Convert.ToBase64String(new byte[16]),
            cipher = "AES-256-GCM",
            nonce = Convert.ToBase64String(new byte[12]),
            data = Convert.ToBase64String(data),
        });
    }

    private static void Open(string path, string password)
    {
        using SecureString secure = Secure(password);
        ImportSource.FromFile(path, null, secure).Dispose();
    }

    private static void OpenWith(JsonNode json, string name, object? value, string path)
    {
        JsonNode changed = json.DeepClone();
        changed[name] = JsonSerializer.SerializeToNode(value);
        File.WriteAllText(path, changed.ToJsonString());
        Open(path, Password);
    }

    private string Export(IEnumerable<LlmConfiguration> items)
    {
        string path = Path.Combine(_store.Root, "export.json");
        using SecureString password = Secure(Password);
        LlmConfigRepository repository = _store.Open();
        repository.WriteExport(path, repository.Export([.. items.Select(item => item.Id)], password));
        return path;
    }

    private IReadOnlyList<ImportResult> Import(string path, ImportConflict choice = ImportConflict.Error)
    {
        using SecureString password = Secure(Password);
        using ImportSource source = ImportSource.FromFile(path, null, password);
        return _other.Open().Import(source, new ImportOptions { OnConflict = choice });
    }
}
