namespace LlmConfig.Shell.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("1 + 1", "1", "+", "1")]
    [InlineData("Get-LlmConfig work", "-Command", "Get-LlmConfig", "work")]
    [InlineData("-1", "-c", "-1")]
    [InlineData("x --json", "-NoProfile", "x", "--json")]
    public void Words_after_the_options_are_the_script(string script, params string[] arguments)
    {
        CommandLine line = CommandLine.Parse(arguments);
        Assert.Equal((ShellMode.Command, script, false), (line.Mode, line.Text, line.Json));
    }

    [Theory]
    [InlineData("--nope")]
    [InlineData("-Command")]
    [InlineData("-File")]
    [InlineData("-File", "/no/such/file.ps1")]
    [InlineData("-", "x")]
    public void What_makes_no_sense_is_refused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => CommandLine.Parse(arguments));

    [Theory]
    [InlineData("-Command", "-")]
    [InlineData("-")]
    public void A_dash_is_standard_input(params string[] arguments) =>
        Assert.Equal(ShellMode.StandardInput, CommandLine.Parse(arguments).Mode);

    [Fact]
    public void Values_of_a_file_are_never_code()
    {
        var values = new List<object> { "script" };
        string text = FileArguments.Compose(["-Name", "a; exit", "-Flag:$false", "-1", "$(x)"], values);
        Assert.Equal(" -Name $args[1] -Flag:$args[2] $args[3] $args[4]", text);
        Assert.Equal(["script", "a; exit", false, "-1", "$(x)"], values);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("if (1) {", false)]
    [InlineData("'a", false)]
    [InlineData("1 |", false)]
    [InlineData("1 +* 2", true)]
    public void Only_what_another_line_can_finish_is_incomplete(string text, bool complete) =>
        Assert.Equal(complete, StatementCompleteness.IsComplete(text));
}
