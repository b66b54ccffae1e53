using System.Diagnostics;
using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>Completion in the real shells: what a person gets who types the beginning of a name and presses Tab.</summary>
public sealed class CompletionTests : IDisposable
{
    private const string Canary = "sk-test-completion-canary";

    // Each begins as no other does.
    private static readonly (string Typed, string Name)[] Names =
    [
        ("plain", "plain"),
        ("my", "my na$me"),
        ("it", "it's"),
        ("say", "say \"hi\" `date` $(date)"),
        ("ab", "ab:c=d@e"),
        ("uni", "uniçode ☃ 日本"),
        ("semi", "semi;colon & <co> | (x)"),
        ("back", "back\\slash*?[a]{b,c}"),
        ("til", "til~de #hash !bang"),
    ];

    private readonly string _home = Directory.CreateTempSubdirectory("llmconfig-completion-").FullName;

    public CompletionTests()
    {
        using var repository = new LlmConfigRepository(StoreFolder.At(Store));
        repository.SetProtector(ProtectorKind.KeyFile);
        using ApiKey key = ApiKey.From(Canary, null);
        Assert.All(
            repository.Create([.. Names.Select(name => new NewConfiguration { Name = name.Name, Provider = "openai", Key = key })]),
            result => Assert.Null(result.Error));
    }

    private static string Program => LlmConfigProgram.Launcher;

    private static string SearchPath => $"{Path.GetDirectoryName(Program)}:{Environment.GetEnvironmentVariable("PATH")}";

    private string Store => Path.Combine(_home, "store");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [SkippableTheory]
    [InlineData("bash", "bash --norc --noprofile -i", "source <(llmconfig completion bash)", "")]
    [InlineData("bash", "bash --norc --noprofile -i", "source <(llmconfig completion bash)", "'")]
    [InlineData("bash", "bash --norc --noprofile -i", "source <(llmconfig completion bash)", "\"")]
    [InlineData("zsh", "zsh -f -i", "autoload -Uz compinit; compinit -u -D; source <(llmconfig completion zsh)", "")]
    [InlineData("zsh", "zsh -f -i", "autoload -Uz compinit; compinit -u -D; source <(llmconfig completion zsh)", "'")]
    public void A_name_that_Tab_completes_reaches_the_program_as_it_is(string shell, string command, string setUp, string quote)
    {
        Skip.IfNot(InteractiveShell.Has(shell), $"{shell} or script (util-linux) is not installed: its completion cannot be tried");
        using var terminal = new InteractiveShell(command, _home, SearchPath);
        terminal.Type($"export LLMCONFIG_HOME='{Store}'; set +o histexpand 2>/dev/null; {setUp}");
        foreach ((string typed, string name) in Names)
        {
            terminal.Type($"llmconfig get {quote}{typed}\t --json > found 2> errors");
            Assert.Equal(name, Name(File.ReadAllText(Path.Combine(_home, "found"))));
        }

        terminal.Type("llmconfig provid\t --js\t > found");
        Assert.Contains("\"openai\"", File.ReadAllText(Path.Combine(_home, "found")), StringComparison.Ordinal);
        terminal.Type("llmconfig list --vault LlmC\t --provider opena\t --json > found");
        Assert.DoesNotContain("UnknownProvider", File.ReadAllText(Path.Combine(_home, "found")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void In_fish_too()
    {
        Skip.IfNot(InteractiveShell.Has("fish"), "fish is not installed: its completion cannot be tried");
        foreach ((string typed, string name) in Names)
        {
            string found = Run("fish", "--no-config", "-c", $"llmconfig completion fish | source; eval llmconfig get --json (complete --escape -C 'llmconfig get {typed}' | string split -f 1 \\t)");
            Assert.Equal(name, Name(found));
        }

        Assert.Equal("providers", Run("fish", "--no-config", "-c", "llmconfig completion fish | source; complete -C 'llmconfig provid' | string split -f 1 \\t").Trim());
        Assert.Contains("anthropic", Run("fish", "--no-config", "-c", "llmconfig completion fish | source; complete -C 'llmconfig new x '"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void In_pwsh_too()
    {
        string pwsh = RealPwsh.WrapperFor(_home);
        string script = $$"""
            $env:LLMCONFIG_HOME = '{{Store}}'
            llmconfig completion pwsh | Out-String | Invoke-Expression
            foreach ($typed in '{{string.Join("','", Names.Select(name => name.Typed))}}') {
                $line = "llmconfig get $typed"
                $text = (TabExpansion2 $line $line.Length).CompletionMatches[0].CompletionText
                $found = Invoke-Expression "llmconfig get $text --json" | ConvertFrom-Json
                $found.data[0].name
            }
            """;
        string found = RealPwsh.Run(pwsh, $"$env:PATH = '{SearchPath}'; {script}");
        Assert.Equal(string.Join('\n', Names.Select(name => name.Name)), found.ReplaceLineEndings("\n").Trim());
    }

    [Theory]
    [InlineData("words", "get", "")]
    [InlineData("words", "new", "")]
    [InlineData("words", "new", "x", "")]
    [InlineData("words", "list", "--vault", "")]
    [InlineData("words", "key", "--protocol", "")]
    [InlineData("files", "new", "x", "openai", "--key-file", "")]
    [InlineData("files", "--home", "")]
    [InlineData("files", "import", "")]
    [InlineData("command", "exec", "plain", "--", "")]
    [InlineData("command", "exec", "plain", "--", "ls", "-")]
    [InlineData("words", "no-such-verb", "")]
    [InlineData("words", "--no-such-option", "x")]
    public void Each_place_says_what_belongs_there_and_no_key(string kind, params string[] words)
    {
        string answer = Complete("zsh", words);

        Assert.Equal(kind, answer.Split('\n')[0]);
        Assert.DoesNotContain(Canary, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("posix", "env", "plain", "--format", "")]
    [InlineData("--format=dotenv", "env", "plain", "--format=")]
    [InlineData("openclaw", "key", "--protocol", "o")]
    [InlineData("zsh", "completion", "")]
    [InlineData("OPENAI_API_KEY", "exec", "-v", "")]
    [InlineData("LlmConfig", "set", "plain", "--vault", "")]
    [InlineData("azure-openai", "new", "x", "az")]
    [InlineData("--key-stdin", "new", "--")]
    public void The_right_words_are_among_them(string expected, params string[] words) =>
        Assert.Contains(expected, Complete("zsh", words).Split('\n').Skip(1).Select(line => line.Split('\t')[0]));

    [Fact]
    public void A_name_for_what_is_new_is_not_completed() => Assert.Equal("words\n", Complete("zsh", "new", "p"));

    [Fact]
    public void The_store_that_the_line_names_is_the_one_that_is_read() =>
        Assert.Equal("words\n", Complete("zsh", "--home", Path.Combine(_home, "none"), "get", ""));

    [Theory]
    [InlineData("{ not json")]
    [InlineData("")]
    public void Damage_is_kept_quiet(string content)
    {
        File.WriteAllText(Path.Combine(Store, "llm_config.json"), content);
        File.Delete(Path.Combine(Store, "llm_config.json.bak"));

        Assert.Equal(string.Empty, Complete("zsh", "get", ""));
    }

    [Fact]
    public void Registered_vaults_are_completed_without_a_pwsh()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_home, ".secretmanagement", "secretvaultregistry")).FullName;
        File.WriteAllText(Path.Combine(folder, "vaultinfo"), """{ "Vaults": { "Team's vault": { "ModuleName": "x" } }, "DefaultVaultName": "" }""");

        Assert.Contains("Team's vault", Complete("fish", "list", "--vault", "").Split('\n'));
        Assert.Contains(@"Team\'s\ vault", Complete("bash", "llmconfig list --vault T").Split('\n'));
    }

    [Fact]
    public void Bash_gets_only_what_follows_the_last_word_break() =>
        Assert.Equal("words\nc\\=d\\@e\n", Complete("bash", "llmconfig get ab:"));

    [Fact]
    public void An_unknown_shell_is_a_usage_error() => Assert.Equal(ExitCode.BadUsage, Start(Program, "completion", "tcsh").ExitCode);

    private string Complete(string shell, params string[] words)
    {
        (int code, string output, string errors) = Start(Program, ["__complete", shell, .. words]);
        Assert.Equal((0, string.Empty), (code, errors));
        return output;
    }

    private string Run(string program, params string[] arguments)
    {
        (int code, string output, string errors) = Start(program, arguments);
        Assert.True(code == 0, output + errors);
        return output;
    }

    private (int ExitCode, string Output, string Errors) Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _home };
        start.Environment["HOME"] = _home;
        start.Environment["LLMCONFIG_HOME"] = Store;
        start.Environment["PATH"] = SearchPath;
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static string Name(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("data")[0].GetProperty("name").GetString()!;
    }
}
