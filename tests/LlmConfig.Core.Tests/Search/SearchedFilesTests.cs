using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Tests;

/// <summary>Which files are searched for keys, and what becomes of those that cannot be.</summary>
public sealed class SearchedFilesTests : IDisposable
{
    private readonly SearchedFolder _folder = new();
    private readonly string _key;

    public SearchedFilesTests()
    {
        _key = _folder.NewKey("work");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Hidden_folders_and_loose_files_of_git_are_searched()
    {
        foreach (string name in new[] { ".env", ".git/config", ".git/COMMIT_EDITMSG", "a/b/c/d/deep.ipynb", "with space/é.txt", "big.bin" })
        {
            _folder.Write(name, _key);
        }

        Assert.Equal(6, _folder.Find().Count);
    }

    [Fact]
    public void One_file_may_be_named_and_what_is_named_twice_comes_once()
    {
        string file = _folder.Write("a/.env", _key);
        Assert.Equal(file, Assert.Single(_folder.FindIn([file])).Path);
        Assert.Single(_folder.FindIn([_folder.Path, file, Path.Combine(_folder.Path, "a") + Path.DirectorySeparatorChar, _folder.Path]));
        _folder.Write("b/.env", _key);
        Assert.Equal(["a", "b"], _folder.FindIn([Path.Combine(_folder.Path, "a"), Path.Combine(_folder.Path, "b")]).Select(found => Path.GetFileName(Path.GetDirectoryName(found.Path))));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void What_is_not_there_is_an_error(string name)
    {
        string path = name.Length == 0 ? name : Path.Combine(_folder.Path, name);
        LlmConfigException error = Assert.Throws<LlmConfigException>(() => _folder.FindIn([path]));
        Assert.Equal(LlmConfigErrorCode.NotFound, error.Code);
    }

    [Fact]
    public void A_key_in_the_place_of_a_path_or_in_a_name_is_not_shown()
    {
        LlmConfigException error = Assert.Throws<LlmConfigException>(() => _folder.FindIn([_key]));
        Assert.DoesNotContain(_key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_key, error.Target, StringComparison.Ordinal);
        string file = _folder.Write($"of {_key}/x{_key}y.txt", _key);
        Assert.Equal(
            ["work of (key):0:0", "work of (key)/x(key)y.txt:0:0", "work of (key)/x(key)y.txt:1:1"],
            _folder.Places());
        Assert.Equal(2, _folder.FindIn([file]).Count);
        Assert.DoesNotContain(_folder.FindIn([file]), found => found.Path.Contains(_key, StringComparison.Ordinal));
    }

    [UnixFact]
    public void Links_below_a_folder_are_not_followed_and_one_that_is_named_is()
    {
        string file = _folder.Write("real/.env", _key);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "loop"), _folder.Path);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "real", "loop"), _folder.Path);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), file);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "nowhere"), "/nonexistent");
        Assert.Equal(["work real/.env:1:1"], _folder.Places());
        Assert.Single(_folder.FindIn([Path.Combine(_folder.Path, "link")]));
        Assert.Single(_folder.FindIn([Path.Combine(_folder.Path, "loop")]));
        Assert.Empty(Skipped);
    }

    [Fact]
    public void What_cannot_be_read_is_a_warning_each_and_the_rest_is_searched()
    {
        string file = _folder.Write("closed.txt", _key);
        string folder = Path.GetDirectoryName(_folder.Write("closed/x.txt", _key))!;
        string named = _folder.Write($"{_key}.txt", _key);
        _folder.Write("open.txt", _key);
        using LlmConfigRepository repository = _folder.Store.Open(options => options with { Files = new ClosedFileSystem(file, folder, named) });
        Assert.Equal(["(key).txt", "open.txt"], repository.FindKeys([_folder.Path]).Select(found => Path.GetFileName(found.Path)).Order());
        Assert.Equal(
            [$"'{folder}' was not searched: access was denied.", $"'{file}' was not searched: access was denied.", $"'{Path.Combine(_folder.Path, "(key).txt")}' was not searched: access was denied."],
            Skipped);
    }

    [UnixFact]
    public void A_file_that_breaks_off_is_a_warning()
    {
        if (!File.Exists("/proc/self/mem"))
        {
            return;
        }

        Assert.Empty(_folder.FindIn(["/proc/self/mem"]));
        Assert.Equal("'/proc/self/mem' was not searched: it could not be read to its end.", Skipped.Single());
    }

    [UnixFact]
    public void What_no_reader_comes_to_the_end_of_is_left_out()
    {
        string fifo = Path.Combine(_folder.Path, "fifo");
        Process.Start("mkfifo", [fifo]).WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder.Path, "socket")));
        _folder.Write("x", _key);
        Assert.Equal(["work x:1:1"], _folder.Places());
        Assert.Empty(Skipped);
        Assert.Empty(_folder.FindIn([fifo]));
        Assert.Equal($"'{fifo}' was not searched: it is not a regular file.", Skipped.Single());
    }

    [Fact]
    public void The_folder_of_the_store_is_left_out_unless_it_is_named()
    {
        File.WriteAllText(Path.Combine(_folder.Store.Path, "note.txt"), _key);
        Assert.Empty(_folder.FindIn([_folder.Store.Root]));
        Assert.Single(_folder.FindIn([_folder.Store.Path]));
    }

    [Fact]
    public void Whoever_takes_only_the_first_or_stops_leaves_no_thread_behind()
    {
        for (int i = 0; i < 3000; i++)
        {
            _folder.Write($"{i:D4}", _key);
        }

        LlmConfigRepository repository = _folder.Store.Open();
        Assert.EndsWith("0000", repository.FindKeys([_folder.Path]).First().Path, StringComparison.Ordinal);
        using var stop = new CancellationTokenSource();
        int found = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (FoundKey _ in repository.FindKeys([_folder.Path], cancellation: stop.Token))
            {
                if (++found == 10)
                {
                    stop.Cancel();
                }
            }
        });
        Assert.InRange(found, 10, 2999);
    }

    [Fact]
    public void Progress_counts_megabytes()
    {
        _folder.Write("x", new byte[3_500_000]);
        var told = new Progress();
        Assert.Empty(_folder.Store.Open().FindKeys([_folder.Path], progress: told));
        Assert.Equal(3, told.Last);
    }

    private IEnumerable<string> Skipped =>
        _folder.Store.Warnings.Select(warning => warning.Message).Where(text => text.Contains("was not searched", StringComparison.Ordinal));

    /// <summary>The real file system, in which some paths are closed: tests run as root, too, who may read everything.</summary>
    private sealed class ClosedFileSystem(params string[] closed) : StoreFileSystem
    {
        protected override SafeFileHandle? Open(string path, OpenFlags flags) =>
            closed.Contains(path) ? throw StoreFailure.FromErrno(13, path) : base.Open(path, flags);

        protected override IReadOnlyList<(string Name, bool IsFolder)> ListEntries(string path) =>
            closed.Contains(path) ? throw new UnauthorizedAccessException() : base.ListEntries(path);
    }

    private sealed class Progress : IProgress<int>
    {
        public int Last { get; private set; }

        public void Report(int value) => Last = value;
    }
}
