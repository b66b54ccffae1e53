namespace LlmConfig.Tests;

/// <summary>Folders that their own user may not write to, as another user than root: root may everything.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ReadOnlyFolderTests : IDisposable
{
    private const string Nobody = "65534";
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [SkippableTheory]
    [InlineData("")]
    [InlineData("vault")]
    [InlineData("pending")]
    public void A_folder_that_may_not_be_written_to_is_StoreAccessDenied_and_nothing_changes(string folder)
    {
        _ = _store.Create("first", TestKey.New());
        string path = Path.TrimEndingDirectorySeparator(Path.Combine(_store.Path, folder));
        Skip.If(ChildProcess.Run("chown", ["-R", Nobody, _store.Root]).Code != 0, "Only root can become another user; run the suite as root to test read-only folders.");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] before = Names();

        (int code, string text) = ChildProcess.Run(
            "setpriv",
            ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", "dotnet", ChildProcess.Worker, "create", _store.Path, "second", "openai"],
            new Dictionary<string, string?> { ["LLMCONFIG_TEST_KEY"] = TestKey.New(), ["HOME"] = _store.Root });

        Skip.If(code > 2, $"The worker cannot be run as another user here: {text.Trim()}");
        Assert.StartsWith("StoreAccessDenied", text, StringComparison.Ordinal);
        Assert.Contains("permissions", text, StringComparison.Ordinal);
        Assert.Equal(before, Names());
    }

    // The folder of intents is empty either way.
    private string[] Names() => [.. Directory.GetFileSystemEntries(_store.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
