using System.Diagnostics;

namespace LlmConfig.Tests;

/// <summary>A folder's own default: which file <c>.llmconfig</c> counts, and which does not and why.</summary>
public sealed class FolderDefaultTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly string _project = Directory.CreateTempSubdirectory("llmconfig-folder-").FullName;
    private readonly List<LlmConfigWarning> _warnings = [];

    public FolderDefaultTests()
    {
        _store.Create("first");
        _store.Create("work");
        LlmConfigRepository repository = _store.Open();
        repository.Update(repository.Get("first").Id, new ConfigurationUpdate { AsDefault = true });
    }

    private string File => Path.Combine(_project, ".llmconfig");

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_project, recursive: true);
    }

    [Fact]
    public void The_nearest_file_upward_counts_once_it_was_trusted()
    {
        string below = Directory.CreateDirectory(Path.Combine(_project, "a", "b")).FullName;
        Assert.Equal("first", Open(below).RequireDefault().Name);
        Assert.Equal(new FolderDefault(File, "work", null), Open(_project).SetFolderDefault(_project, "WORK"));
        Assert.Equal("work\n", System.IO.File.ReadAllText(File));
        Assert.Equal("work", Open(below).RequireDefault().Name);
        Assert.Equal("work", Open(below).GetDefault()?.Name);
        Assert.Equal($"'work' by {File}", Open(below).GetStore().FolderDefault);
        Assert.Equal("first", Open(Path.GetTempPath()).RequireDefault().Name);

        Open(below).SetFolderDefault(below, "first");
        Assert.Equal("first", Open(below).RequireDefault().Name);
        Assert.Equal("work", Open(Path.Combine(_project, "a")).RequireDefault().Name);

        // Away again, the file and the trust.
        Open(below).SetFolderDefault(below, null);
        Assert.False(System.IO.File.Exists(Path.Combine(below, ".llmconfig")));
        System.IO.File.WriteAllText(Path.Combine(below, ".llmconfig"), "first\n");
        AssertUnused(below, "nobody has trusted it yet with 'first'");
        Assert.DoesNotContain(_store.Open().Check(), result => result.Status != CheckStatus.Ok && result.Check != "Key");
    }

    [Fact]
    public void A_file_that_nobody_trusted_or_that_was_changed_or_moved_since_is_not_used()
    {
        System.IO.File.WriteAllText(File, "work\n");
        AssertUnused(_project, "nobody has trusted it yet with 'work'. Set-LlmConfigFolder does, in that folder.");

        // To trust it changes nothing in it.
        System.IO.File.WriteAllText(File, "  work\r\n");
        Open(_project).SetFolderDefault(_project, "work");
        Assert.Equal("  work\r\n", System.IO.File.ReadAllText(File));
        Assert.Equal("work", Open(_project).RequireDefault().Name);

        System.IO.File.WriteAllText(File, "first\n");
        AssertUnused(_project, "nobody has trusted it yet with 'first'");
        System.IO.File.WriteAllText(File, "work\n");
        string moved = Directory.CreateDirectory(Path.Combine(_project, "moved")).FullName;
        System.IO.File.Move(File, Path.Combine(moved, ".llmconfig"));
        AssertUnused(moved, "nobody has trusted it yet with 'work'");
    }

    [UnixFact]
    public void A_link_a_second_name_a_folder_and_a_pipe_are_not_used_nor_written()
    {
        string other = Path.Combine(_project, "other");
        System.IO.File.WriteAllText(other, "work\n");
        System.IO.File.CreateSymbolicLink(File, other);
        AssertUnused(_project, "it is a link.");
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, File, () => Open(_project).SetFolderDefault(_project, "work"));
        System.IO.File.Delete(File);

        Directory.CreateDirectory(File);
        AssertUnused(_project, "it is not a file.");
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, File, () => Open(_project).SetFolderDefault(_project, null));
        Directory.Delete(File);
        Process.Start("ln", [other, File]).WaitForExit();
        AssertUnused(_project, "it has another name elsewhere (a hard link).");
        System.IO.File.Delete(File);
        Process.Start("mkfifo", [File]).WaitForExit();
        AssertUnused(_project, "it is not a file.");
    }

    [SkippableFact]
    public void A_file_of_another_user_is_not_used()
    {
        Skip.IfNot(Environment.UserName == "root" && !OperatingSystem.IsWindows(), "only root can give a file away");
        Open(_project).SetFolderDefault(_project, "work");
        Process.Start("chown", ["12345", File]).WaitForExit();
        AssertUnused(_project, "it belongs to another user.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("work\nfirst\n")]
    [InlineData("work\u001b[31m")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950f")]
    public void What_is_no_name_is_not_used(string text)
    {
        System.IO.File.WriteAllText(File, text);
        AssertUnused(_project, "it does not hold the name of a configuration and nothing else.");
    }

    [Fact]
    public void A_key_in_the_place_of_a_name_is_not_shown()
    {
        string key = "sk-" + TestKey.New();
        System.IO.File.WriteAllText(File, key);
        AssertUnused(_project, "nobody has trusted it yet");
        Assert.DoesNotContain(key, _warnings[0].Message + Open(_project).GetStore().FolderDefault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_gone_is_an_error_and_no_other_configuration()
    {
        Open(_project).SetFolderDefault(_project, "work");
        LlmConfigRepository repository = Open(_project);
        repository.Remove([repository.Get("work").Id]);
        Assert.Contains(File, Refusal.Of(LlmConfigErrorCode.NotFound, "work", () => repository.RequireDefault()).Message, StringComparison.Ordinal);
        Refusal.Of(LlmConfigErrorCode.NotFound, "nope", () => repository.SetFolderDefault(_project, "nope"));
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, Path.Combine(_project, "no", ".llmconfig"), () => repository.SetFolderDefault(Path.Combine(_project, "no"), "first"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"folders\":{}}")]
    [InlineData("{\"folders\":[{\"path\":1}]}")]
    public void A_damaged_list_trusts_nothing_and_is_written_anew(string list)
    {
        Open(_project).SetFolderDefault(_project, "work");
        System.IO.File.WriteAllText(_store.Paths.Folders, list);
        AssertUnused(_project, "nobody has trusted it yet with 'work'");
        Open(_project).SetFolderDefault(_project, "work");
        Assert.Equal("work", Open(_project).RequireDefault().Name);
    }

    private void AssertUnused(string folder, string problem)
    {
        _warnings.Clear();
        LlmConfigRepository repository = Open(folder);
        Assert.Equal("first", repository.RequireDefault().Name);
        Assert.Contains(problem, Assert.Single(_warnings).Message, StringComparison.Ordinal);
        Assert.Equal(repository.GetFolderDefault()!.Problem, repository.GetStore().FolderDefault);
    }

    private LlmConfigRepository Open(string folder) => _store.Open(options => options with { CurrentFolder = folder, Warning = _warnings.Add });
}
