using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LlmConfig.Tests;

/// <summary>Fixed files that every version has to read, and exact bytes that it has to write: made by Vectors/make.py, another program.</summary>
public sealed class FormatVectorTests : IDisposable
{
    private const string Name = "llm-api-key-00112233445566778899aabbccddeeff";
    private const string Value = "sk-test-vector-0123456789";
    private static readonly Guid Vault = new("c4442be7-099a-892d-ba28-6bf4fc86e6d8");
    private static readonly byte[] MasterKey = Convert.FromHexString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static readonly byte[] Nonce = Convert.FromHexString("a0a1a2a3a4a5a6a7a8a9aaab");

    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_fixed_store_is_read_with_its_keys()
    {
        CopyVectors();
        LlmConfigRepository repository = _store.Open();

        LlmConfiguration[] items = [.. repository.GetAll()];

        Assert.Equal(["work", "local"], items.Select(item => item.Name));
        LlmConfiguration work = items[0];
        Assert.Equal(new Guid("11111111-2222-4333-8444-555555555555"), work.Id);
        Assert.Equal(("azure-openai", "https://x.openai.azure.com/openai/v1", false, "gpt-5", "LlmConfig", true),
            (work.Provider, work.BaseUrl, work.UseAuthHeader, work.Model, work.Vault, work.IsDefault));
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc), work.CreatedAt);
        Assert.Equal(new DateTime(2026, 2, 3, 4, 5, 6, 0, DateTimeKind.Utc), work.KeyUpdatedAt);
        Assert.Equal(("ollama", "http://127.0.0.1:11434/v1", null, null), (items[1].Provider, items[1].BaseUrl, items[1].Model, items[1].Vault));
        Assert.Equal(41, repository.GetStore().Revision);
        Assert.Equal("LlmConfig", repository.GetStore().DefaultVault);
        Assert.Equal(Value, _store.ReadKey(work.Id));
        Assert.Empty(_store.Warnings);
    }

    [Fact]
    public void Unknown_properties_of_all_three_levels_survive_create_update_rotate_move_and_remove()
    {
        CopyVectors();
        var vault = new FakeVault("Other");
        LlmConfigRepository repository = _store.Open(options => options with { Vaults = new FakeVaults(vault) });
        using ApiKey key = ApiKey.From(TestKey.New(), "work");
        Guid id = repository.Get("work").Id;

        _store.Create("third", null, null, repository);
        AssertExtras();
        repository.Update(id, new ConfigurationUpdate { NewName = "renamed", Model = "m" });
        AssertExtras();
        repository.Update(id, new ConfigurationUpdate { Key = key });
        AssertExtras();
        repository.Update(id, new ConfigurationUpdate { Vault = "Other" });
        AssertExtras();
        repository.Remove([repository.Get("local").Id]);
        AssertExtras();
        repository.SetDefaultVault(null);
        AssertExtras();
        Assert.Equal(46, repository.GetStore().Revision);

        void AssertExtras()
        {
            string text = File.ReadAllText(_store.Paths.ConfigFile);
            using JsonDocument json = JsonDocument.Parse(text);
            JsonElement root = json.RootElement;
            JsonElement work = root.GetProperty("configs").EnumerateArray().First();
            Assert.Equal("{\"nested\": [1, 2.50, \"x\\u00e9\", null]}", root.GetProperty("futureStore").GetRawText());
            Assert.Equal("1e400", root.GetProperty("futureNumber").GetRawText());
            Assert.Equal("\"kept\"", work.GetProperty("futureConfig").GetRawText());
            Assert.Equal("[ ]", work.GetProperty("key").GetProperty("futureKey").GetRawText());
        }
    }

    [Fact]
    public void A_fixed_document_is_written_as_exactly_these_bytes()
    {
        var item = new LlmConfiguration
        {
            Id = new Guid("11111111-2222-4333-8444-555555555555"),
            Name = "Größe \"1\" <ü>",
            Provider = "openai",
            ExplicitBaseUrl = "https://llm.example.com/v1?a=b&c=d",
            UseAuthHeader = true,
            Model = "gpt-5",
            Vault = "LlmConfig",
            KeyId = Name,
            IsDefault = true,
            KeyUpdatedAt = new DateTime(2026, 2, 3, 4, 5, 6, 7, DateTimeKind.Utc),
            Seal = new KeySeal("https://llm.example.com:443", new SealCode(Convert.FromBase64String("6jQwqUtxTGuYzmco84/UtFCrjnGFhS2/hlpLbLyXfhY="))),
            CreatedAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            UpdatedAt = new DateTime(2026, 2, 3, 4, 5, 6, 7, DateTimeKind.Utc),
        };
        LlmConfiguration keyless = item with
        {
            Id = new Guid("22222222-3333-4444-8555-666666666666"),
            Name = "local",
            ExplicitBaseUrl = null,
            Model = null,
            Vault = null,
            KeyId = null,
            KeyUpdatedAt = null,
            Seal = null,
            IsDefault = false,
        };
        var document = new ConfigDocument(new Guid("33333333-4444-4555-8666-777777777777"), 17, "Azure", [item, keyless], JsonExtras.None)
        {
            Seal = new SealCode(Convert.FromBase64String("X2sDptu41kvBSzTp79UPeK1i0l53alZPK9hOArbep18=")),
        };

        byte[] bytes = InCulture("fa-IR", () => StoreDocument.Write(document));

        Assert.Equal(File.ReadAllText(Vector("written.json")), Encoding.UTF8.GetString(bytes));
        ConfigDocument back = StoreDocument.Read(bytes);
        Assert.Equal(document.Configurations, back.Configurations);
        Assert.Equal(bytes, StoreDocument.Write(back));
    }

    [Fact]
    public void A_seal_is_what_a_program_that_knows_the_documented_format_alone_makes()
    {
        CopyVectors();
        LlmConfigRepository repository = _store.Open();
        LlmConfiguration work = repository.Get("work");

        // The file's seals are those of seals.py; who accepts a host makes the same anew.
        LlmConfiguration again = repository.Update(work.Id, new ConfigurationUpdate { AcceptHostOf = work });
        Assert.Equal(work.Seal, again.Seal);
        Assert.Equal(41, repository.GetStore().Revision);
        LlmConfiguration moved = repository.Update(work.Id, new ConfigurationUpdate { BaseUrl = "https://y.openai.azure.com/openai/v1" });
        Assert.Equal("https://y.openai.azure.com:443", moved.Seal!.Host);
        Assert.Equal(work.Seal, repository.Update(work.Id, new ConfigurationUpdate { BaseUrl = work.BaseUrl }).Seal);
    }

    [Fact]
    public void A_secret_sealed_under_a_given_nonce_is_exactly_these_bytes()
    {
        byte[] sealedFile = SealedSecret.Seal(
            Vault, MasterKey, Name, SealedSecretType.SecureString, Encoding.UTF8.GetBytes("{\"store\":\"x\"}"), Encoding.UTF8.GetBytes(Value), Nonce);

        Assert.Equal(
            "4c4c4d5301030000" + "c4442be7099a892dba286bf4fc86e6d8" + "a0a1a2a3a4a5a6a7a8a9aaab",
            Convert.ToHexString(sealedFile.AsSpan(0, 36)).ToLowerInvariant());
        Assert.Equal(File.ReadAllText(Vector("sealed.hex")).Trim(), Convert.ToHexString(sealedFile).ToLowerInvariant());
    }

    [Fact]
    public void The_fixed_sealed_file_can_be_opened_by_a_program_that_knows_the_documented_format_alone()
    {
        byte[] keyFile = File.ReadAllBytes(Vector($"store/vault/master-{Vault:D}.key"));
        Assert.Equal(56, keyFile.Length);
        Assert.Equal("LLMK\u0001\0\0\0", Encoding.ASCII.GetString(keyFile, 0, 8));
        byte[] masterKey = keyFile[24..];
        string fileName = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Name))).ToLowerInvariant() + ".sealed";
        byte[] file = File.ReadAllBytes(Vector("store/vault/" + fileName));

        // magic 4, version 1, type 1, reserved 2, vault 16, nonce 12 | ciphertext | tag 16
        byte[] plain = new byte[file.Length - 36 - 16];
        using (var aes = new AesGcm(masterKey, 16))
        {
            byte[] associated = [.. file[..36], .. SHA256.HashData(Encoding.UTF8.GetBytes(Name))];
            aes.Decrypt(file.AsSpan(24, 12), file.AsSpan(36, plain.Length), file.AsSpan(file.Length - 16), plain, associated);
        }

        // name length 4 (big-endian), name, metadata length 4, metadata, value
        int nameLength = BinaryPrimitives.ReadInt32BigEndian(plain);
        Assert.Equal(Name, Encoding.UTF8.GetString(plain, 4, nameLength));
        int metadataLength = BinaryPrimitives.ReadInt32BigEndian(plain.AsSpan(4 + nameLength));
        using JsonDocument metadata = JsonDocument.Parse(plain.AsMemory(8 + nameLength, metadataLength));
        Assert.Equal("work", metadata.RootElement.GetProperty("name").GetString());
        Assert.Equal(Value, Encoding.UTF8.GetString(plain.AsSpan(8 + nameLength + metadataLength)));

        using JsonDocument header = JsonDocument.Parse(File.ReadAllBytes(Vector("store/vault/vault.json")));
        Guid vault = header.RootElement.GetProperty("vault").GetGuid();
        Assert.Equal(new Guid(keyFile.AsSpan(8, 16), bigEndian: true), vault);
        Assert.Equal(new Guid(file.AsSpan(8, 16), bigEndian: true), vault);
        byte[] check = header.RootElement.GetProperty("check").GetBytesFromBase64();
        using var gcm = new AesGcm(masterKey, 16);
        gcm.Decrypt(check.AsSpan(0, 12), [], check.AsSpan(12), [], Encoding.UTF8.GetBytes($"LlmConfig vault 1 {vault:D} KeyFile"));
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused_even_when_the_seal_is_whole()
    {
        foreach (byte[] plain in new byte[][]
        {
            [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0],
            [0, 0, 0, 9, 0, 0, 0, 0],
            [0, 0, 0, 1, (byte)'n', 0, 0, 0],
            [0, 0, 0, 1, (byte)'x', 0, 0, 0, 0],
            [0, 0, 0, 1, (byte)'n', 0, 0, 0, 2, 0],
        })
        {
            byte[] file = [.. "LLMS"u8, 1, 3, 0, 0, .. Vault.ToByteArray(bigEndian: true), .. Nonce, .. plain, .. new byte[16]];
            using (var aes = new AesGcm(MasterKey, 16))
            {
                byte[] associated = [.. file[..36], .. SHA256.HashData("n"u8)];
                aes.Encrypt(Nonce, plain, file.AsSpan(36, plain.Length), file.AsSpan(36 + plain.Length), associated);
            }

            Assert.Throws<StoreFormatException>(() => SealedSecret.Open(file, Vault, MasterKey, SecretName.Hash("n")));
        }
    }

    private static T InCulture<T>(string culture, Func<T> run)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            return run();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Vector(string name) => Path.Combine(AppContext.BaseDirectory, "Vectors", name);

    private void CopyVectors()
    {
        string source = Vector("store");
        foreach (string path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(_store.Path, Path.GetRelativePath(source, path));
            Access.MakeFolder(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, File.ReadAllBytes(path));
            Access.Restrict(target);
        }
    }
}
