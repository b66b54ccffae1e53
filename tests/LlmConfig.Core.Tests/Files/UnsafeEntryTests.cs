namespace LlmConfig.Tests;

/// <summary>Links, FIFOs, folders, hard links, other owners and wide modes in the place of what is ours.</summary>
[Collection(nameof(AloneCollection))]
public sealed class UnsafeEntryTests : IDisposable
{
    private const string Nobody = "65534";
    private readonly TemporaryStore _store = new();

    public static TheoryData<string> Files => ["llm_config.json", "llm_config.json.bak", "llm_config.lock", "vault/vault.json", "vault/vault.lock", "vault/master.key", "sealed", "intent"];

    public static TheoryData<string> Folders => ["", "pending", "vault"];

    public void Dispose() => _store.Dispose();

    [UnixTheory]
    [MemberData(nameof(Files))]
    public void A_symbolic_link_in_the_place_of_a_file_is_never_followed(string file)
    {
        (LlmConfiguration item, string path) = Prepare(file);
        string target = Path.Combine(_store.Root, "target");
        File.Move(path, target);
        byte[] bytes = File.ReadAllBytes(target);
        File.CreateSymbolicLink(path, target);

        AssertRefused(item, file, path, "symbolic link");

        Assert.Equal(bytes, File.ReadAllBytes(target));
        Assert.Equal(target, new FileInfo(path).LinkTarget);
    }

    [UnixTheory]
    [MemberData(nameof(Files))]
    public void A_dangling_link_is_not_written_through(string file)
    {
        (LlmConfiguration item, string path) = Prepare(file);
        File.Delete(path);
        string target = Path.Combine(_store.Root, "target");
        File.CreateSymbolicLink(path, target);

        AssertRefused(item, file, path, "symbolic link");

        Assert.False(File.Exists(target));
    }

    [UnixTheory]
    [MemberData(nameof(Files))]
    public void A_FIFO_in_the_place_of_a_file_is_refused_at_once(string file)
    {
        (LlmConfiguration item, string path) = Prepare(file);
        File.Delete(path);
        Assert.Equal(0, ChildProcess.Run("mkfifo", ["-m", "600", path]).Code);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();

        AssertRefused(item, file, path, "not a regular file");

        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [UnixTheory]
    [MemberData(nameof(Files))]
    public void A_socket_in_the_place_of_a_file_is_refused(string file)
    {
        (LlmConfiguration item, string path) = Prepare(file);
        File.Delete(path);
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);

        // The path of a socket may have 107 bytes; those of sealed files and intents are longer.
        string place = Path.Combine(_store.Root, "socket");
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(place));
        Access.Restrict(place);
        Assert.Equal(0, ChildProcess.Run("mv", [place, path]).Code);

        AssertRefused(item, file, path, "not a regular file");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_folder_in_the_place_of_a_file_is_refused(string file)
    {
        (LlmConfiguration item, string path) = Prepare(file);
        File.Delete(path);
        Access.MakeFolder(path);
        if (file == "intent")
        {
            // Folders are not listed as intents; they are nobody's promise.
            Assert.Equal(0, _store.Open().Recover());
            return;
        }

        AssertRefused(item, file, path, "not a regular file");
        Assert.True(Directory.Exists(path));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_with_a_second_name_is_refused(string file)
    {
        (LlmConfiguration item, string path) = Prepare(file);
        string other = Path.Combine(_store.Root, "other");
        Access.Link(path, other);
        byte[] bytes = File.ReadAllBytes(other);

        AssertRefused(item, file, path, "hard link");

        Assert.Equal(bytes, File.ReadAllBytes(other));
    }

    [UnixTheory]
    [MemberData(nameof(Files))]
    public void A_file_of_another_user_is_refused(string file)
    {
        (LlmConfiguration item, string path) = Prepare(file);
        Skip.If(ChildProcess.Run("chown", [Nobody, path]).Code != 0, "Only root can give a file away; run the suite as root to test other owners.");

        AssertRefused(item, file, path, "another user");
    }

    [UnixTheory]
    [MemberData(nameof(Folders))]
    public void A_link_or_a_file_in_the_place_of_a_folder_is_refused(string folder)
    {
        (LlmConfiguration item, _) = Prepare("intent");
        string path = Path.TrimEndingDirectorySeparator(Path.Combine(_store.Path, folder));
        string target = Path.Combine(_store.Root, "target");
        Directory.Move(path, target);
        IReadOnlyList<string> before = StoreSnapshot.Of(target);
        Directory.CreateSymbolicLink(path, target);
        AssertRefused(item, folder, path, "symbolic link");
        Assert.Equal(before, StoreSnapshot.Of(target));

        Directory.Delete(path);
        File.WriteAllText(path, "x");
        AssertRefused(item, folder, path, "not a folder");
        File.Delete(path);
    }

    [UnixTheory]
    [MemberData(nameof(Folders))]
    public void A_folder_of_another_user_is_refused(string folder)
    {
        (LlmConfiguration item, _) = Prepare("intent");
        string path = Path.TrimEndingDirectorySeparator(Path.Combine(_store.Path, folder));
        Skip.If(ChildProcess.Run("chown", [Nobody, path]).Code != 0, "Only root can give a folder away; run the suite as root to test other owners.");

        AssertRefused(item, folder, path, "another user");
    }

    [Theory]
    [InlineData("llm_config.json", 420, "0644")]
    [InlineData("vault/master.key", 416, "0640")]
    [InlineData("sealed", 388, "0604")]
    [InlineData("vault", 493, "0755")]
    [InlineData("", 488, "0750")]
    public void A_wider_mode_is_one_warning_and_the_store_goes_on(string entry, int mode, string shown)
    {
        (LlmConfiguration item, string path) = Prepare(entry);
        int before = _store.Warnings.Count;
        Access.Set(path, (UnixFileMode)mode);
        string access = Access.Describe(path);
        using LlmConfigRepository repository = _store.Open();

        for (int i = 0; i < 3; i++)
        {
            repository.Get("work");
            repository.GetKey(item.Id).Dispose();
        }

        LlmConfigWarning warning = Assert.Single(_store.Warnings.Skip(before));
        Assert.Equal(path, warning.Target);
        Assert.Contains(OperatingSystem.IsWindows() ? "access control list" : shown, warning.Message, StringComparison.Ordinal);
        Assert.Contains("Repair-LlmConfig", warning.Message, StringComparison.Ordinal);
        Assert.Equal(access, Access.Describe(path));
    }

    [UnixFact]
    public void A_set_group_id_bit_that_a_folder_inherits_is_no_reason_for_a_warning()
    {
        File.SetUnixFileMode(_store.Root, StoreFileSystem.FolderMode | UnixFileMode.SetGroup);
        LlmConfiguration item = _store.Create("work", TestKey.New());

        _store.ReadKey(item.Id);

        LlmConfigWarning warning = Assert.Single(_store.Warnings);
        Assert.Equal("LlmConfig", warning.Target);
    }

    private (LlmConfiguration Item, string Path) Prepare(string file)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string path = file switch
        {
            "sealed" => _store.Sealed.Single(),
            "intent" => Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json"),
            _ => Path.TrimEndingDirectorySeparator(_store.PathOf(file)),
        };
        if (file == "intent")
        {
            File.WriteAllText(path, $$"""{"version":1,"store":"{{Guid.NewGuid()}}","keys":[{"vault":"LlmConfig","id":"{{TestKey.NewId()}}"}]}""");
            Access.Restrict(path);
        }

        return (item, path);
    }

    // Whatever of reading, rotating and recovering comes upon the entry is refused; at least one does.
    private void AssertRefused(LlmConfiguration item, string entry, string path, string problem)
    {
        int refused = 0;
        foreach (Action use in new Action[]
        {
            () => _store.Open().GetAll(),
            () => _store.ReadKey(item.Id),
            () => _store.Create("new " + Guid.NewGuid().ToString("N")[..8] + "x", TestKey.New()),
            () => Assert.Null(_store.Open().Recover() == 0 ? null : null),
        })
        {
            try
            {
                use();
            }
            catch (LlmConfigException e)
            {
                Assert.Equal(LlmConfigErrorCode.StoreUnsafe, e.Code);
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
                Assert.Contains(problem, e.Message, StringComparison.Ordinal);
                Refusal.AssertHasRemedy(e);
                refused++;
            }
        }

        // The backup is written after the commit: that it could not be is a warning then.
        if (entry == "llm_config.json.bak")
        {
            Assert.Contains(_store.Warnings, warning => warning.Message.Contains(problem, StringComparison.Ordinal));
        }
        else
        {
            Assert.True(refused > 0, entry);
        }
    }
}
