using System.Diagnostics;
using System.Text;

namespace LlmConfig.Cli.Tests;

/// <summary><c>llmconfig exec</c>, as a process of its own.</summary>
public class ExecTests(ExecStore store) : IClassFixture<ExecStore>
{
    [Fact]
    public void The_program_finds_key_base_URL_and_model_and_nothing_that_would_win_over_them()
    {
        var (exitCode, output, error) = Sh(
            "env | grep -E '^(OPENAI|ANTHROPIC|OTHER)' | sort",
            before: "OPENAI_API_KEY=stale OPENAI_BASE_URL=http://stale OPENAI_API_BASE=http://stale OPENAI_ORG_ID=stale OTHER=stays ANTHROPIC_MODEL=stays");
        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Equal(
            $"ANTHROPIC_MODEL=stays\nOPENAI_API_BASE=https://api.openai.com/v1\nOPENAI_API_KEY={ExecStore.Key}\nOPENAI_BASE_PATH=v1/chat/completions\nOPENAI_BASE_URL=https://api.openai.com/v1\nOPENAI_DEFAULT_MODEL=gpt-5\nOPENAI_HOST=https://api.openai.com\nOPENAI_MODEL=gpt-5\nOTHER=stays\n",
            output);
    }

    [Fact]
    public void Variables_that_are_not_concerned_reach_the_program_byte_by_byte_and_none_is_added()
    {
        const string show = "env | grep -av -e ^_= -e ^OPENAI -e ^OLLAMA -e ^COPILOT -e ^LLMCONFIG_ACTIVE= | sort | od -An -c";
        Assert.Equal(
            Shell($"export BAD=$(printf 'a\\377\\376b'); export EMPTY=; {show}").Output,
            Shell($"export BAD=$(printf 'a\\377\\376b'); export EMPTY=; {Llmconfig} exec local -- sh -c '{show}'").Output);
    }

    [Fact]
    public void The_program_and_a_shell_that_takes_the_variables_find_the_name_of_what_is_active()
    {
        Assert.Equal("my claude\n", Exec("my claude", "--", "sh", "-c", "echo \"$LLMCONFIG_ACTIVE\"").Output);
        Assert.Equal("my claude\n", Shell($"export LLMCONFIG_ACTIVE=stale; eval \"$({Llmconfig} env 'my claude')\"; echo \"$LLMCONFIG_ACTIVE\"").Output);
        Assert.DoesNotContain("LLMCONFIG_ACTIVE", Shell($"{Llmconfig} env work --format dotenv").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_is_the_default_one_or_named_or_an_id_and_the_key_goes_where_it_is_told()
    {
        const string show = "echo \"$OPENAI_API_KEY $ANTHROPIC_API_KEY $OLLAMA_HOST $MY_KEY\"";
        Assert.Equal($"{ExecStore.Key}   \n", Exec("--", "sh", "-c", show).Output);
        Assert.Equal($"{ExecStore.Key}   \n", Exec(store.Id, "--", "sh", "-c", show).Output);
        Assert.Equal($" {ExecStore.Key}  \n", Exec("my claude", "--", "sh", "-c", show).Output);
        Assert.Equal("  http://127.0.0.1:11434 \n", Exec("LOCAL", "--", "sh", "-c", show).Output);
        Assert.Equal($"   {ExecStore.Key}\n", Exec("work", "--variable", "MY_KEY", "--", "sh", "-c", show).Output);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(255)]
    public void The_exit_code_is_the_programs(int code) => Assert.Equal(code, Exec("--", "sh", "-c", $"exit {code}").ExitCode);

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    [InlineData("KILL", 137)]
    public void A_program_that_dies_of_a_signal_gives_128_and_its_number(string signal, int code) =>
        Assert.EndsWith($"[{code}]\n", Shell($"{Llmconfig} exec -- sh -c 'kill -{signal} $$' 2>/dev/null; echo \"[$?]\"").Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("USR1")]
    public void A_signal_reaches_the_program_which_has_the_process_to_itself(string signal)
    {
        using Process process = store.Program.Start(
            "exec", "--", "sh", "-c", $"trap 'echo got; exit 3' {signal}; echo pid $$; while :; do sleep 0.05; done");
        LlmConfigProgram.WaitForLine(process, $"pid {process.Id}");
        using var kill = Process.Start("kill", ["-" + signal, $"{process.Id}"]);
        Assert.Equal((3, "got\n"), Short(LlmConfigProgram.Finish(process)));
    }

    [Fact]
    public void Signals_are_as_the_caller_had_them_and_no_file_is_left_open()
    {
        const string show = "grep -E \"^Sig(Blk|Ign|Cgt)\" /proc/self/status; ls /proc/self/fd";
        // .NET, which runs this test, lets its children ignore SIGPIPE. llmconfig never does: else yes | head would not end.
        const string fromAShell = "env --default-signal=PIPE ";
        Assert.Equal(Shell($"{fromAShell} sh -c '{show}'").Output, Shell($"{fromAShell} {Llmconfig} exec -- sh -c '{show}'").Output);
        Assert.Equal(
            Shell($"trap '' HUP INT; {fromAShell} sh -c '{show}'").Output,
            Shell($"trap '' HUP INT; {fromAShell} {Llmconfig} exec -- sh -c '{show}'").Output);
    }

    [Fact]
    public void Standard_streams_are_the_programs_own_and_carry_any_bytes()
    {
        Assert.Equal(
            Shell("printf 'a\\000\\377\\n' | od -An -c").Output,
            Shell($"printf 'a\\000\\377\\n' | {Llmconfig} exec -- cat | od -An -c").Output);
        Assert.Equal((0, "out\n", "err\n"), Exec("--", "sh", "-c", "echo out; echo err >&2"));
    }

    [Fact]
    public void Arguments_reach_the_program_as_they_were_given()
    {
        Assert.Equal("[a b][][--json][--][$x][ü]\n", Exec("--", "sh", "-c", "printf '[%s]' \"$@\"; echo", "sh", "a b", "", "--json", "--", "$x", "ü").Output);
    }

    [Fact]
    public void The_key_is_on_no_command_line()
    {
        var (_, output, _) = Exec("--", "sh", "-c", "cat /proc/$$/cmdline; grep -c . /dev/null; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '");
        Assert.Contains("exec", Llmconfig + output, StringComparison.Ordinal);
        Assert.DoesNotContain(ExecStore.Key, output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_without_a_first_line_is_run_by_sh_and_PATH_is_searched_as_a_shell_does()
    {
        string script = Path.Combine(store.Program.Home, "plain-script");
        File.WriteAllText(script, "echo \"plain $1\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal("plain 1\n", Exec("--", script, "1").Output);
        Assert.Equal("plain 2\n", Exec("--", "./plain-script", "2").Output);
        Assert.Equal("plain 3\n", Shell($"PATH=/nope::$PATH; {Llmconfig} exec -- plain-script 3").Output);
        Assert.Equal("plain 4\n", Shell($"PATH=/etc/passwd:{store.Program.Home}:$PATH; {Llmconfig} exec -- plain-script 4").Output);
        Assert.Equal("found\n", Shell($"export DOTNET_ROOT=${{DOTNET_ROOT:-$(dirname $(readlink -f $(command -v dotnet)))}}; unset PATH; {Llmconfig} exec -- sh -c 'echo found'").Output);
    }

    [Theory]
    [InlineData(127, "There is no program 'no-such-program' in the folders of PATH.", "no-such-program")]
    [InlineData(127, "There is no program '/no/such/program'.", "/no/such/program")]
    [InlineData(127, "There is no program '/etc/passwd/x'.", "/etc/passwd/x")]
    [InlineData(126, "'/etc/passwd' is not an executable file", "/etc/passwd")]
    [InlineData(126, "'/tmp' is not an executable file", "/tmp")]
    [InlineData(126, "'./broken' cannot be run", "./broken")]
    public void A_program_that_cannot_be_run_is_126_and_one_that_is_not_there_127(int code, string problem, string program)
    {
        string broken = Path.Combine(store.Program.Home, "broken");
        if (!File.Exists(broken))
        {
            // A first line that names an interpreter of itself.
            File.WriteAllText(broken, $"#!{broken}\n");
            File.SetUnixFileMode(broken, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var (exitCode, output, error) = Exec("--", program);
        Assert.Equal((code, string.Empty), (exitCode, output));
        Assert.StartsWith($"llmconfig: {problem}", error, StringComparison.Ordinal);
        Assert.DoesNotContain(ExecStore.Key, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_that_are_too_long_are_126()
    {
        var (_, output, _) = Shell($"{Llmconfig} exec -- true $(head -c 100000 /dev/zero | tr '\\0' a) \"$(head -c 140000 /dev/zero | tr '\\0' b)\" 2>&1; echo $?");
        // The shell itself may already be unable to start llmconfig with them; then it says 126 as well.
        Assert.EndsWith("126\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no configuration 'nope'", "nope", "--", "true")]
    [InlineData("has no key", "keyless", "--", "true")]
    [InlineData("name of the variable", "work", "--variable", "a=b", "--", "true")]
    [InlineData("name of the variable", "work", "--variable", "", "--", "true")]
    public void What_cannot_be_handed_over_is_125_and_the_program_is_not_started(string problem, params string[] arguments)
    {
        var (exitCode, output, error) = Exec(arguments);
        Assert.Equal((125, string.Empty), (exitCode, output));
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("work")]
    [InlineData("work", "--")]
    [InlineData("work", "--", "")]
    [InlineData("work", "true")]
    [InlineData("work", "other", "--", "true")]
    [InlineData("--nope", "--", "true")]
    [InlineData("--variable", "--", "true")]
    [InlineData("--variable")]
    public void Bad_usage_is_2(params string[] arguments)
    {
        var (exitCode, output, error) = Exec(arguments);
        Assert.Equal((2, string.Empty), (exitCode, output));
        Assert.Matches("^llmconfig: .+\n.*(llmconfig exec|after '--')", error);
    }

    [Theory]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("work", "-?")]
    public void Help_is_for_the_asking(params string[] arguments)
    {
        var (exitCode, output, error) = Exec(arguments);
        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Contains("Usage: llmconfig exec [NAME] [options] -- PROGRAM [ARGUMENT…]", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_store_is_an_error_and_the_program_is_not_started()
    {
        using LlmConfigProgram program = ExecStore.Create();
        string file = Path.Combine(program.Home, "store", "llm_config.json");
        File.WriteAllText(file, "{");
        File.WriteAllText(file + ".bak", "{");
        var (exitCode, output, error) = program.RunWith(string.Empty, "exec", "work", "--", "echo", "started");
        Assert.Equal((125, string.Empty), (exitCode, output));
        Assert.StartsWith("llmconfig: ", error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void On_a_terminal_the_program_is_in_the_foreground_and_Ctrl_C_is_for_it()
    {
        using var terminal = new PseudoTerminal(
            "exec -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo terminal; trap \"echo caught; exit 5\" INT; "
            + "ps -o pgid=,tpgid= -p $$ | { read own front; test $own = $front && echo foreground; }; while :; do sleep 0.05; done'",
            ExecStore.Create());
        terminal.Expect("terminal\r\nforeground");
        terminal.Send("\u0003");
        terminal.Expect("caught");
        Assert.Equal(5, terminal.WaitForExit());
    }

    private static string Llmconfig => LlmConfigProgram.Launcher;

    private (int ExitCode, string Output, string Error) Exec(params string[] arguments) =>
        store.Program.RunWith(string.Empty, ["exec", .. arguments]);

    private (int ExitCode, string Output, string Error) Sh(string script, string before) =>
        Shell($"{before} {Llmconfig} exec work -- sh -c \"{script}\"");

    private (int ExitCode, string Output, string Error) Shell(string script)
    {
        ProcessStartInfo start = store.Program.Shell(script);
        start.StandardOutputEncoding = Encoding.Latin1;
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("OPENAI", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using Process process = Process.Start(start)!;
        return LlmConfigProgram.Finish(process);
    }

    private static (int ExitCode, string Output) Short((int ExitCode, string Output, string Error) run) => (run.ExitCode, run.Output);
}
