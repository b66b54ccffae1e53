namespace LlmConfig.Tests;

/// <summary>Folders that their own user may not write to, as another user than root: root may everything.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ReadOnlyFolderTests : IDisposable
{
    private const string Nobody = "65534";
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [UnixTheory]
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

        // A copy: where the suite lies, another user may not even look.
        string worker = CopyWorker();
        (int code, string text) = ChildProcess.Run(
            "setpriv",
            ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", "dotnet", worker, "create", _store.Path, "second", "openai"],
            new Dictionary<string, string?> { ["LLMCONFIG_TEST_KEY"] = TestKey.New(), ["HOME"] = _store.Root },
            _store.Root);

        // Under coverage the worker answers, and then fails to write down what it ran through, beside the notes of root.
        bool answered = code <= 2 || Enum.TryParse(text.Split(' ')[0], out LlmConfigErrorCode _);
        Skip.If(!answered, $"The worker cannot be run as another user here (exit code {code}): {text.Trim()}");
        Assert.StartsWith("StoreAccessDenied", text, StringComparison.Ordinal);
        Assert.Contains("permissions", text, StringComparison.Ordinal);
        Assert.Equal(before, Names());
    }

    private string CopyWorker()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_store.Root, "worker")).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        foreach (string file in new[] { ChildProcess.Worker, Path.ChangeExtension(ChildProcess.Worker, ".runtimeconfig.json"), typeof(LlmConfigRepository).Assembly.Location })
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return Path.Combine(folder, Path.GetFileName(ChildProcess.Worker));
    }

    // The folder of intents is empty either way.
    private string[] Names() => [.. Directory.GetFileSystemEntries(_store.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
