using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>Input that nobody would write, thousands of times, by the structure of each format.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryStore _store = new(inMemory: true);

    public void Dispose() => _store.Dispose();

    // The second is the seed of issue 12, row 19.
    [Theory]
    [InlineData(null)]
    [InlineData(1838357)]
    public void Whatever_llm_config_json_holds_it_is_read_or_refused_and_what_is_read_can_be_written_back(int? given)
    {
        byte[] good = Seed();
        File.Delete(_store.Paths.Backup);
        int seed = given ?? Environment.TickCount;
        var mutator = new JsonMutator(new Random(seed));
        var run = new FuzzRun(LlmConfigErrorCode.StoreCorrupt, LlmConfigErrorCode.StoreVersionUnsupported);
        int cases = TestScale.Of(10_000);
        for (int i = 0; i < cases; i++)
        {
            byte[] input = mutator.Mutate(good);
            File.WriteAllBytes(_store.Paths.ConfigFile, input);
            run.Check(input, () =>
            {
                using LlmConfigRepository repository = Open();
                int count = repository.GetAll().Count;
                byte[] written = StoreDocument.Write(StoreDocument.Read(input));
                ConfigDocument back = StoreDocument.Read(written);
                Assert.Equal(count, back.Configurations.Count);
                Assert.Equal(written, StoreDocument.Write(back));
            });
        }

        Report("llm_config.json", run, seed);
        Assert.InRange(run.Refused, run.Cases / 2, run.Cases - 100);
    }

    [Fact]
    public void Whatever_a_sealed_file_holds_its_key_is_read_or_refused()
    {
        _ = Seed();
        LlmConfiguration item = _store.Open().Get("work");
        string path = _store.Sealed.Single();
        byte[] good = File.ReadAllBytes(path);
        VaultHeader header = VaultHeader.Parse(File.ReadAllBytes(_store.VaultPaths.Header));
        byte[] masterKey = File.ReadAllBytes(_store.MasterKeyFile)[^SealedSecret.MasterKeySize..];
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var mutator = new JsonMutator(random);

        // InvalidKey: sealed as it should be, and no key.
        var run = new FuzzRun(LlmConfigErrorCode.VaultCorrupt, LlmConfigErrorCode.StoreVersionUnsupported, LlmConfigErrorCode.InvalidKey);
        int cases = TestScale.Of(10_000);
        using LlmConfigRepository repository = Open();
        for (int i = 0; i < cases; i++)
        {
            byte[] input = i % 4 == 0 ? mutator.MutateBytes(good) : Seal(random, mutator, header.VaultId, masterKey, item.KeyId!);
            File.WriteAllBytes(path, input);
            run.Check(input, () =>
            {
                _ = repository.BuiltIn.List(default);
                using ApiKey key = repository.GetKey(item.Id);
            });
        }

        Report("sealed files", run, seed);
        Assert.InRange(run.Refused, run.Cases / 2, run.Cases - 100);
    }

    [Fact]
    public void Whatever_a_header_holds_the_vault_opens_or_is_refused()
    {
        _ = Seed();
        LlmConfiguration item = _store.Open().Get("work");
        byte[] good = File.ReadAllBytes(_store.VaultPaths.Header);
        int seed = Environment.TickCount;
        var mutator = new JsonMutator(new Random(seed));
        var run = new FuzzRun(LlmConfigErrorCode.VaultCorrupt, LlmConfigErrorCode.VaultUnavailable, LlmConfigErrorCode.StoreVersionUnsupported);
        int cases = TestScale.Of(3_000);
        for (int i = 0; i < cases; i++)
        {
            byte[] input = mutator.Mutate(good);
            File.WriteAllBytes(_store.VaultPaths.Header, input);
            run.Check(input, () =>
            {
                using LlmConfigRepository repository = Open();
                _ = repository.GetStore();
                using ApiKey key = repository.GetKey(item.Id);
            });
        }

        Report("vault headers", run, seed);
    }

    [Fact]
    public void Whatever_an_intent_holds_recovery_goes_on_and_no_key_in_use_is_lost()
    {
        _ = Seed();
        LlmConfiguration item = _store.Open().Get("work");
        string path = Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json");
        byte[] good = Encoding.UTF8.GetBytes(
            $$"""{"version":1,"store":"{{_store.StoreId}}","process":7,"createdAt":"2026-01-01T00:00:00.000Z","keys":[{"vault":"LlmConfig","id":"{{item.KeyId}}"}],"labels":[{"vault":"LlmConfig","id":"{{item.KeyId}}"}]}""");
        int seed = Environment.TickCount;
        var mutator = new JsonMutator(new Random(seed));
        var run = new FuzzRun();
        int cases = TestScale.Of(3_000);
        using LlmConfigRepository repository = Open();
        for (int i = 0; i < cases; i++)
        {
            byte[] input = mutator.Mutate(good);
            run.Check(input, () =>
            {
                File.WriteAllBytes(path, input);
                Access.Restrict(path);
                _ = repository.Recover();
                Assert.Single(_store.Sealed);
            });
        }

        File.Delete(path);
        repository.GetKey(item.Id).Dispose();
        Report("intents", run, seed);
    }

    [Theory]
    [InlineData("llm_config.json", LlmConfigErrorCode.StoreCorrupt)]
    [InlineData("llm_config.json.bak", LlmConfigErrorCode.StoreCorrupt)]
    [InlineData("vault/vault.json", LlmConfigErrorCode.VaultCorrupt)]
    [InlineData("vault/master.key", LlmConfigErrorCode.VaultCorrupt)]
    [InlineData("sealed", LlmConfigErrorCode.VaultCorrupt)]
    [InlineData("intent", null)]
    public void A_file_of_1_GB_is_refused_without_being_read(string file, LlmConfigErrorCode? code)
    {
        _ = Seed();
        LlmConfiguration item = _store.Open().Get("work");
        string path = file switch
        {
            "sealed" => _store.Sealed.Single(),
            "intent" => Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json"),
            _ => _store.PathOf(file),
        };
        if (file.StartsWith("llm_config", StringComparison.Ordinal))
        {
            File.Delete(file.EndsWith(".bak", StringComparison.Ordinal) ? _store.Paths.ConfigFile : _store.Paths.Backup);
        }

        const long size = 1L << 30;
        using (FileStream sparse = File.OpenWrite(path))
        {
            sparse.SetLength(size);
        }

        Access.Restrict(path);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        LlmConfigException? error = Record.Exception(() =>
        {
            using LlmConfigRepository repository = Open();
            if (file == "intent")
            {
                Assert.Equal(0, repository.Recover());
            }
            else
            {
                repository.GetKey(item.Id).Dispose();
            }
        }) as LlmConfigException;

        Assert.Equal(code, error?.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 80 * 1024 * 1024);
        Assert.Equal(size, new FileInfo(path).Length);
    }

    [Fact]
    public void Very_many_unknown_properties_take_time_in_proportion()
    {
        string good = Encoding.UTF8.GetString(Seed());
        string extras = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"\"unknown{i}\":{i},"));
        byte[] bytes = Encoding.UTF8.GetBytes(good.Replace("\"version\"", extras + "\"version\"", StringComparison.Ordinal));

        // Each against each takes minutes.
        TimeSpan fastest = Enumerable.Range(0, 3).Min(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            Assert.NotEmpty(StoreDocument.Read(bytes).Configurations);
            return Stopwatch.GetElapsedTime(start);
        });
        output.WriteLine($"200,000 unknown properties: {fastest.TotalMilliseconds:0} ms");
        Assert.InRange(fastest, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private byte[] Seed()
    {
        _ = _store.Create("work", TestKey.New());
        _ = _store.Create("local");
        LlmConfigRepository repository = _store.Open();
        _ = repository.Update(repository.Get("work").Id, new ConfigurationUpdate { BaseUrl = "https://gateway.example/v1", Model = "gpt-5", AsDefault = true });
        repository.SetDefaultVault("LlmConfig");
        return File.ReadAllBytes(_store.Paths.ConfigFile);
    }

    // Sealed as the format asks for, with contents that it does not foresee.
    private static byte[] Seal(Random random, JsonMutator mutator, Guid vault, byte[] masterKey, string keyId)
    {
        byte[] name = random.Next(4) == 0 ? mutator.MutateBytes(Encoding.UTF8.GetBytes(keyId)) : Encoding.UTF8.GetBytes(keyId);
        byte[] metadata = mutator.Mutate("{\"store\":\"0f8fad5b-d9cb-469f-a165-70867728950e\",\"configuration\":\"6ecd8c99-4036-403d-bf84-cf8400f67836\",\"name\":\"work\",\"provider\":\"openai\",\"useAuthHeader\":true,\"createdAt\":\"2026-11-01T08:00:00.000Z\"}"u8.ToArray());
        byte[] value = random.Next(5) switch
        {
            0 => [],
            1 => [0x00],
            2 => [0xC0, 0xAF, 0xFF],
            3 => new byte[random.Next(200_000)],
            _ => Encoding.UTF8.GetBytes(TestKey.New()),
        };
        byte[] plain = [.. Length(name.Length), .. name, .. Length(metadata.Length), .. metadata, .. value];
        byte[] header = new byte[SealedSecret.HeaderSize];
        "LLMS"u8.CopyTo(header);
        header[4] = SealedSecret.Version;
        header[5] = (byte)random.Next(random.Next(4) == 0 ? 256 : 6);
        _ = vault.TryWriteBytes(header.AsSpan(8), bigEndian: true, out _);
        byte[] nonce = new byte[SealedSecret.NonceSize];
        random.NextBytes(nonce);
        nonce.CopyTo(header, 24);
        byte[] cipher = new byte[plain.Length];
        byte[] tag = new byte[SealedSecret.TagSize];
        using var aes = new AesGcm(masterKey, SealedSecret.TagSize);
        byte[] associated = [.. header, .. SHA256.HashData(Encoding.UTF8.GetBytes(keyId))];
        aes.Encrypt(nonce, plain, cipher, tag, associated);
        return [.. header, .. cipher, .. tag];

        byte[] Length(int length)
        {
            byte[] bytes = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(bytes, random.Next(6) switch { 0 => -1, 1 => int.MaxValue, _ => length });
            return bytes;
        }
    }

    // Not kept by the store of the test, nor are its warnings: lists that hold each of a million doubled at one case or another, which
    // was counted as that case's memory (8 MiB at the 524,289th).
    private LlmConfigRepository Open() => new(StoreFolder.At(_store.Path), _store.Options with { Warning = _ => { } });

    private void Report(string what, FuzzRun run, int seed)
    {
        Figures.Print(output, $"fuzz cases of {what}: {run.Cases} ({run.Refused} refused), violations: {run.Violations.Count}");
        Assert.True(run.Violations.Count == 0, $"seed {seed}\n{string.Join("\n\n", run.Violations.Take(5))}");
    }
}
