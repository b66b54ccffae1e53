using System.Buffers.Binary;
using System.IO.Pipes;
using System.Security;
using System.Security.Cryptography;

namespace LlmConfig.Tests;

public sealed class PassphraseTests : IDisposable
{
    private const string Right = "correct horse 1";
    private const string Other = "battery staple 2";

    private readonly TemporaryStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly Dictionary<string, string> _environment = [];
    private readonly List<bool> _asked = [];
    private PassphraseKeys _process = new();
    private string? _answer = Right;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_passphrase_is_asked_for_once_and_without_it_no_key_is_read_or_written()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        Open().SetProtector(ProtectorKind.Passphrase);

        Assert.Empty(_store.MasterKeyFiles);
        Assert.Equal("sk-test-work", ReadKey(item));
        Assert.Equal([true, true], _asked);

        // Another process.
        _process = new PassphraseKeys();
        Assert.Equal(("Passphrase", "Locked"), (Open().GetStore().Protector, Open().GetStore().ProtectorState));
        Assert.Equal("sk-test-work", ReadKey(item));
        Assert.Equal("sk-test-work", ReadKey(item));
        Assert.Equal([true, true, false], _asked);
        Assert.Equal("Ready", Open().GetStore().ProtectorState);

        _process = new PassphraseKeys();
        foreach (string? answer in new[] { null, Other, "x" })
        {
            _answer = answer;
            LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "work", () => ReadKey(item));
            Assert.Contains("Unlock-LlmConfigStore", error.RecommendedAction, StringComparison.Ordinal);
            Refusal.Of(LlmConfigErrorCode.VaultLocked, "new", () => _store.Create("new", TestKey.New(), null, Open()));
        }

        Assert.Single(_store.Sealed);
        Assert.Single(Open().GetAll());
    }

    [Fact]
    public void A_passphrase_holds_for_its_time_and_until_it_is_locked()
    {
        LlmConfiguration item = Protect();
        _answer = null;

        _clock.Advance(TimeSpan.FromMinutes(14));
        ReadKey(item);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "work", () => ReadKey(item));

        using SecureString passphrase = Secure(Right);
        Open().Unlock(passphrase, TimeSpan.FromHours(2));
        _clock.Advance(TimeSpan.FromHours(1));
        ReadKey(item);
        using LlmConfigRepository repository = Open();
        repository.GetKey(item.Id).Dispose();
        repository.Lock();
        Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "work", () => repository.GetKey(item.Id));
        Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "work", () => ReadKey(item));
        using SecureString wrong = Secure(Other);
        Refusal.Of(LlmConfigErrorCode.VaultLocked, "LlmConfig", () => Open().Unlock(wrong));
    }

    [Fact]
    public void Another_passphrase_means_another_master_key_and_the_old_one_opens_nothing()
    {
        LlmConfiguration item = Protect();
        Guid before = Header().VaultId;
        _answer = Other;

        Open().SetProtector(ProtectorKind.Passphrase);

        Assert.NotEqual(before, Header().VaultId);
        Assert.Null(Header().Previous);
        _process = new PassphraseKeys();
        Assert.Equal("sk-test-work", ReadKey(item));
        _process = new PassphraseKeys();
        _answer = Right;
        Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "work", () => ReadKey(item));
    }

    [Fact]
    public void A_rotation_keeps_the_passphrase_and_asks_for_none()
    {
        LlmConfiguration item = Protect();
        Guid before = Header().VaultId;
        _asked.Clear();

        Open().RotateMasterKey();

        Assert.NotEqual(before, Header().VaultId);
        Assert.Empty(_asked);
        _process = new PassphraseKeys();
        Assert.Equal("sk-test-work", ReadKey(item));

        Open().SetProtector(ProtectorKind.KeyFile);
        _process = new PassphraseKeys();
        _answer = null;
        Assert.Equal("sk-test-work", ReadKey(item));
    }

    [Fact]
    public void A_new_passphrase_for_the_same_master_key_holds_at_once()
    {
        LlmConfiguration item = Protect();
        Guid before = Header().VaultId;
        _answer = Other;
        Open().SetProtector(ProtectorKind.Passphrase, keepMasterKey: true);
        _asked.Clear();

        Assert.Equal(before, Header().VaultId);
        Assert.Equal("sk-test-work", ReadKey(item));
        Assert.Empty(_asked);
    }

    [Fact]
    public void A_wrapped_master_key_is_sealed_as_the_document_says_and_for_its_vault_alone()
    {
        Protect();
        VaultHeader header = Header();
        byte[] wrapped = header.Wrapped;
        byte[] associated = [.. System.Text.Encoding.ASCII.GetBytes($"LlmConfig passphrase {header.VaultId:D} "), .. wrapped[..22]];
        byte[] derived = Rfc2898DeriveBytes.Pbkdf2(
            Right, wrapped[6..22], BinaryPrimitives.ReadInt32BigEndian(wrapped.AsSpan(2)), HashAlgorithmName.SHA512, 32);
        byte[] masterKey = new byte[32];
        using var aes = new AesGcm(derived, 16);

        aes.Decrypt(wrapped.AsSpan(22, 12), wrapped.AsSpan(34, 32), wrapped.AsSpan(66), masterKey, associated);

        Assert.Equal(header.VaultId, VaultHeader.IdOf(masterKey));
        Assert.Equal(82, wrapped.Length);
    }

    [Fact]
    public void A_passphrase_of_fewer_than_8_characters_is_refused_and_nothing_is_changed()
    {
        _store.Create("work", "sk-test-work");
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Path);
        _answer = "seven77";

        Assert.Equal(
            LlmConfigErrorCode.InvalidKey, Assert.Throws<LlmConfigException>(() => Open().SetProtector(ProtectorKind.Passphrase)).Code);

        Assert.Equal(before, StoreSnapshot.Of(_store.Path));
    }

    [Fact]
    public void A_new_passphrase_that_is_repeated_differently_is_refused_and_nothing_is_changed()
    {
        _store.Create("work", "sk-test-work");
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Path);

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => _store.Open(options => With(options) with
        {
            AskPassphrase = request => Secure(request.IsRepetition ? Other : Right),
        }).SetProtector(ProtectorKind.Passphrase));

        Assert.Equal(LlmConfigErrorCode.InvalidKey, error.Code);
        Assert.Equal(before, StoreSnapshot.Of(_store.Path));
    }

    [SkippableFact]
    public void A_descriptor_gives_the_passphrase_line_by_line()
    {
        Skip.If(OperatingSystem.IsWindows(), "Descriptors are numbers on Unix only.");
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        pipe.Write(System.Text.Encoding.UTF8.GetBytes($"{Right}\n{Right}\r\n"));
        pipe.Flush();
        _environment[PassphraseSource.DescriptorVariable] = pipe.GetClientHandleAsString();
        _answer = null;

        Open().SetProtector(ProtectorKind.Passphrase);
        _process = new PassphraseKeys();
        Assert.Equal("sk-test-work", ReadKey(item));

        Assert.Empty(_asked);
        _process = new PassphraseKeys();
        _environment[PassphraseSource.DescriptorVariable] = "no number";
        Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "work", () => ReadKey(item));
    }

    [Theory]
    [InlineData("printf 'correct horse 1\\n'", "echo correct horse 1", true)]
    [InlineData("printf 'battery staple 2\\n'", "echo battery staple 2", false)]
    [InlineData("printf 'correct horse 1\\n'; exit 3", "echo correct horse 1& exit 3", false)]
    [InlineData("true", "rem", false)]
    [InlineData("/nowhere/to/be/found", "C:\\nowhere\\to\\be\\found.exe", false)]
    public void A_command_gives_the_passphrase(string command, string onWindows, bool opens)
    {
        LlmConfiguration item = Protect();
        _process = new PassphraseKeys();
        _environment[PassphraseSource.CommandVariable] = OperatingSystem.IsWindows() ? onWindows : command;

        if (opens)
        {
            Assert.Equal("sk-test-work", ReadKey(item));
        }
        else
        {
            Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "work", () => ReadKey(item));
        }

        Assert.Equal([true, true], _asked);
    }

    [Fact]
    public void A_command_that_hangs_is_given_up()
    {
        var source = new PassphraseSource(null, name => name == PassphraseSource.CommandVariable ? "sleep 1000" : null, TimeSpan.FromMilliseconds(500));

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => source.Get(new PassphraseRequest("/store", IsNew: false), 1));

        Assert.Equal(LlmConfigErrorCode.VaultLocked, error.Code);
    }

    [Theory]
    [InlineData(0, (byte)2)]
    [InlineData(1, (byte)9)]
    [InlineData(3, (byte)0)]
    [InlineData(2, (byte)0x7F)]
    public void Parameters_that_this_version_does_not_know_are_refused_before_anybody_is_asked(int at, byte value)
    {
        LlmConfiguration item = Protect();
        _process = new PassphraseKeys();
        VaultHeader header = Header();
        header.Wrapped[at] = value;
        File.Delete(_store.VaultPaths.Header);
        File.WriteAllBytes(_store.VaultPaths.Header, header.ToBytes());
        Access.Restrict(_store.VaultPaths.Header);
        _asked.Clear();

        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "work", () => ReadKey(item));

        Assert.Empty(_asked);
    }

    [Fact]
    public void A_change_to_a_passphrase_that_is_interrupted_anywhere_loses_no_key()
    {
        int points = 0;
        for (bool finished = false; !finished; points++)
        {
            using var store = new TemporaryStore(inMemory: true);
            LlmConfiguration item = store.Create("work", "sk-test-work");
            int left = points;
            var files = new FailingFileSystem { Before = (_, _, _) => { if (left-- <= 0) { throw new InvalidOperationException("dead"); } } };
            try
            {
                store.Open(options => With(options) with { Files = files }).SetProtector(ProtectorKind.Passphrase);
                finished = true;
            }
            catch (InvalidOperationException)
            {
                // Dead.
            }

            _process = new PassphraseKeys();
            Assert.Equal("sk-test-work", store.ReadKey(item.Id, With));
            using LlmConfigRepository repository = store.Open(With);
            Assert.All(repository.Repair(repository.PlanRepair(), _ => true), result => Assert.True(result.Changed, result.Message));
            Assert.Equal(repository.GetStore().Protector == nameof(ProtectorKind.KeyFile) ? 1 : 0, store.MasterKeyFiles.Length);
            Assert.Equal("sk-test-work", store.ReadKey(item.Id, With));
        }

        Assert.InRange(points, 10, 100);
    }

    private static SecureString Secure(string text)
    {
        var result = new SecureString();
        foreach (char c in text)
        {
            result.AppendChar(c);
        }

        return result;
    }

    private LlmConfiguration Protect()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        Open().SetProtector(ProtectorKind.Passphrase);
        return item;
    }

    private VaultHeader Header() => VaultHeader.Parse(File.ReadAllBytes(_store.VaultPaths.Header));

    private string ReadKey(LlmConfiguration item) => _store.ReadKey(item.Id, With);

    private LlmConfigRepository Open() => _store.Open(With);

    private LlmConfigOptions With(LlmConfigOptions options) => options with
    {
        AskPassphrase = request =>
        {
            _asked.Add(request.IsNew);
            return _answer is null ? null : Secure(_answer);
        },
        Clock = _clock,
        PassphraseKeys = _process,
        PassphraseRounds = PassphraseKey.FewestRounds,
        Variable = name => _environment.GetValueOrDefault(name),
    };

    private sealed class ManualClock : TimeProvider
    {
        private TimeSpan _since;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _since.Ticks;

        public void Advance(TimeSpan time) => _since += time;
    }
}
