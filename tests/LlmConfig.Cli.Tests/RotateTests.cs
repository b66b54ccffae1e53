using System.Text;

namespace LlmConfig.Cli.Tests;

/// <summary><c>llmconfig rotate</c>: its arguments, what its commands are given, and what it says. What it does is tested with the core.</summary>
public sealed class RotateTests : IDisposable
{
    private readonly CliStore _store = new();
    private readonly string _made = "sk-test-" + Guid.NewGuid().ToString("N");

    public RotateTests()
    {
        Assert.Equal(0, _store.RunWith(CliStore.Key, "new", "work", "openai", "--key-stdin").ExitCode);
        _store.Starter.Writes = Encoding.UTF8.GetBytes(_made + "\n");
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_commands_get_the_keys_on_standard_input_and_never_in_arguments()
    {
        CliRun run = _store.Run("rotate", "work", "--key-command", "make 'a key'", "--revoke-command", "revoke", "--skip-online-check");

        Assert.Equal((0, "The key of 'work' was rotated, and the old one revoked.\n"), (run.ExitCode, run.Err));
        Assert.Empty(run.Out);
        Assert.Equal([["make", "a key"], ["revoke"]], _store.Starter.Started);
        Assert.Equal([CliStore.Key, $"{CliStore.Key} {_made}"], _store.Starter.Given);
        Assert.Equal(_made + "\n", _store.Run("key", "work").Out);
    }

    [Fact]
    public void A_program_gets_the_configuration_as_it_is_then()
    {
        string before = _store.Run("get", "work", "--json").Data[0].GetProperty("keyUpdatedAt").GetString()!;

        CliRun run = _store.Run("rotate", "work", "--key-command", "make", "--skip-online-check", "--json");

        Assert.NotEqual(before, run.Data[0].GetProperty("keyUpdatedAt").GetString());
        Assert.Contains("still works at its provider", run.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", run.Out + run.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_finished_is_said_in_the_words_of_the_program_and_can_be_given_up()
    {
        _store.Starter.Writes = Encoding.UTF8.GetBytes(CliStore.Key);

        CliRun run = _store.Run("rotate", "work", "--key-command", "make", "--skip-online-check");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Run llmconfig rotate again to finish it, or with --abandon to give it up.", run.Err, StringComparison.Ordinal);
        CliRun test = _store.Run("test");
        Assert.Equal(0, test.ExitCode);
        Assert.Contains("is not finished", test.Out, StringComparison.Ordinal);
        CliRun abandoned = _store.Run("rotate", "work", "--abandon");
        Assert.Equal(0, abandoned.ExitCode);
        Assert.Contains("not known here: revoke it there", abandoned.Err, StringComparison.Ordinal);
        Assert.Equal("NotFound", _store.Run("rotate", "work", "--abandon", "--json").Code);
        Assert.Equal(CliStore.Key + "\n", _store.Run("key", "work").Out);
    }

    [Theory]
    [InlineData("rotate", "work")]
    [InlineData("rotate", "work", "--abandon", "--key-command", "make")]
    [InlineData("rotate", "work", "--key-command", "it's")]
    [InlineData("rotate", "work", "--key-command", "make", "--revoke-command", "")]
    [InlineData("rotate")]
    public void Arguments_that_make_no_sense_are_refused_before_anything_is_done(params string[] arguments)
    {
        CliRun run = _store.Run(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(_store.Starter.Started);
        Assert.DoesNotContain("not finished", _store.Run("test").Out, StringComparison.Ordinal);
    }
}
