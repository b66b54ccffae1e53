namespace LlmConfig.Tests;

[Collection(nameof(AloneCollection))]
public sealed class HomeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("llmconfig-home-").FullName;

    public static TheoryData<string> OddNames => ["with space", "quo'te", "dou\"ble", "semi;colon", "größe-名前", "$HOME", "*", "-rf", "new\nline", "%41"];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [UnixFact]
    public void LLMCONFIG_HOME_comes_first_then_XDG_CONFIG_HOME_then_HOME()
    {
        Assert.Equal($"{_root}/x", Resolve(("LLMCONFIG_HOME", $"{_root}/x/"), ("XDG_CONFIG_HOME", "/"), ("HOME", "/")).Path);
        Assert.Equal("LLMCONFIG_HOME", Resolve(("LLMCONFIG_HOME", $"{_root}/x")).Source);
        Assert.Equal($"{_root}/xdg/LlmConfig", Resolve(("XDG_CONFIG_HOME", $"{_root}/xdg"), ("HOME", "/")).Path);
        Assert.Equal("/LlmConfig", Resolve(("XDG_CONFIG_HOME", "/")).Path);
        StoreFolder home = Resolve(("HOME", _root));
        Assert.Equal($"{_root}/.config/LlmConfig", home.Path);
        Assert.Contains("HOME", home.Source, StringComparison.Ordinal);

        // The XDG specification: a path that is not absolute is to be ignored.
        Assert.Equal($"{_root}/.config/LlmConfig", Resolve(("XDG_CONFIG_HOME", "relative"), ("HOME", _root)).Path);
        Assert.Equal($"{_root}/.config/LlmConfig", Resolve(("XDG_CONFIG_HOME", ""), ("HOME", _root)).Path);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [UnixTheory]
    [InlineData("LLMCONFIG_HOME", "")]
    [InlineData("LLMCONFIG_HOME", "  ")]
    [InlineData("LLMCONFIG_HOME", "relative")]
    [InlineData("LLMCONFIG_HOME", "./relative")]
    [InlineData("LLMCONFIG_HOME", "~/x")]
    [InlineData("LLMCONFIG_HOME", "/does/not/exist/x")]
    [InlineData("LLMCONFIG_HOME", "/")]
    [InlineData("LLMCONFIG_HOME", "/tmp/a\0b")]
    [InlineData("HOME", null)]
    [InlineData("HOME", "")]
    [InlineData("HOME", "relative")]
    [InlineData("HOME", "/does/not/exist")]
    [InlineData("XDG_CONFIG_HOME", "/does/not/exist")]
    public void A_home_that_cannot_be_used_is_StoreUnsafe(string variable, string? value)
    {
        LlmConfigException error = Assert.Throws<LlmConfigException>(() => Resolve((variable, value)));

        Assert.Equal(LlmConfigErrorCode.StoreUnsafe, error.Code);
        Assert.Contains(variable, error.Target, StringComparison.Ordinal);
        Refusal.AssertHasRemedy(error);
    }

    [UnixFact]
    public void Root_leaves_nothing_in_the_home_of_another_user()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root can be given another user's home.");
        string home = Directory.CreateDirectory(Path.Combine(_root, "alice")).FullName;
        Assert.Equal(0, ChildProcess.Run("chown", ["12345", home]).Code);
        string link = Path.Combine(_root, "link");
        Directory.CreateSymbolicLink(link, home);
        foreach (StoreFolder folder in new[] { Resolve(("HOME", home)), Resolve(("HOME", link)), Resolve(("XDG_CONFIG_HOME", $"{home}/.config")) })
        {
            using var repository = new LlmConfigRepository(folder);
            LlmConfigException error = Assert.Throws<LlmConfigException>(() => repository.Create(new NewConfiguration { Name = "a", Provider = "ollama" }));

            Assert.Equal(LlmConfigErrorCode.StoreUnsafe, error.Code);
            Assert.Contains("sudo -H", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(home));
        }

        // Named, it is what was asked for.
        using var named = new LlmConfigRepository(Resolve(("LLMCONFIG_HOME", $"{home}/store")));
        _ = named.Create(new NewConfiguration { Name = "a", Provider = "ollama" });
    }

    [UnixTheory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/does/not/exist")]
    public void A_process_without_a_usable_home_makes_nothing_in_its_current_folder(string? home)
    {
        (int code, string output) = ChildProcess.Run(
            "env",
            home is null ? ["-u", "HOME", "dotnet", ChildProcess.Worker, "folder"] : [$"HOME={home}", "dotnet", ChildProcess.Worker, "folder"],
            new Dictionary<string, string?> { ["LLMCONFIG_HOME"] = null, ["XDG_CONFIG_HOME"] = null, ["DOTNET_CLI_HOME"] = _root },
            _root);

        Assert.Equal(1, code);
        Assert.StartsWith("StoreUnsafe", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [UnixFact]
    public void A_process_with_a_home_finds_its_store_there()
    {
        (int code, string output) = ChildProcess.Run(
            "dotnet", [ChildProcess.Worker, "folder"], new Dictionary<string, string?> { ["LLMCONFIG_HOME"] = null, ["XDG_CONFIG_HOME"] = null, ["HOME"] = _root });

        Assert.Equal((0, $"{_root}/.config/LlmConfig"), (code, output.Trim()));
        (code, output) = ChildProcess.Run("dotnet", [ChildProcess.Worker, "folder"], new Dictionary<string, string?> { ["LLMCONFIG_HOME"] = string.Empty });
        Assert.Equal(1, code);
        Assert.Contains("LLMCONFIG_HOME is empty", output, StringComparison.Ordinal);
    }

    [UnixTheory]
    [MemberData(nameof(OddNames))]
    public void A_home_with_any_name_works(string name)
    {
        string home = Path.Combine(_root, name);
        Directory.CreateDirectory(home);
        using var repository = new LlmConfigRepository(Resolve(("HOME", home)), new LlmConfigOptions
        {
            Protectors = TestProtectors.KeyFile(),
        });
        string value = TestKey.New();
        using ApiKey key = ApiKey.From(value, "work");

        LlmConfiguration item = repository.Create(new NewConfiguration { Name = "work", Provider = "openai", Key = key });
        repository.Update(item.Id, new ConfigurationUpdate { Key = key });

        using ApiKey back = repository.GetKey(item.Id);
        Assert.Equal(value, back.ToPlainText());
        Assert.True(File.Exists(Path.Combine(home, ".config", "LlmConfig", "llm_config.json")));
        Assert.True(Access.IsOfUserAlone(Path.Combine(home, ".config")));
    }

    [UnixFact]
    public void The_folders_on_the_way_that_are_there_already_are_left_as_they_are()
    {
        string config = Path.Combine(_root, ".config");
        Directory.CreateDirectory(config);
        File.SetUnixFileMode(config, (UnixFileMode)493);
        using var repository = new LlmConfigRepository(Resolve(("HOME", _root)));

        repository.Create(new NewConfiguration { Name = "work", Provider = "openai" });

        Assert.Equal((UnixFileMode)493, File.GetUnixFileMode(config));
    }

    [SkippableFact]
    public void On_Windows_the_store_lies_in_the_folder_of_APPDATA()
    {
        Skip.IfNot(OperatingSystem.IsWindows(), "Windows only");
        using var repository = new LlmConfigRepository(Resolve(("APPDATA", _root), ("HOME", "ignored")));

        repository.Create(new NewConfiguration { Name = "work", Provider = "openai" });

        Assert.True(File.Exists(Path.Combine(_root, "LlmConfig", "llm_config.json")));
        Assert.True(Access.IsOfUserAlone(Path.Combine(_root, "LlmConfig")));
        foreach (string? value in new[] { null, string.Empty, "relative", "C:relative", "\\rooted", "C:\\does\\not\\exist" })
        {
            LlmConfigException error = Assert.Throws<LlmConfigException>(() => Resolve(("APPDATA", value)));
            Assert.Equal((LlmConfigErrorCode.StoreUnsafe, "APPDATA"), (error.Code, error.Target));
        }
    }

    private static StoreFolder Resolve(params (string Name, string? Value)[] variables) =>
        StoreFolder.Resolve(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
