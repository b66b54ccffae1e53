namespace LlmConfig.Cli.Tests;

/// <summary>A command for a key is taken apart as a shell does, and nothing in it is evaluated.</summary>
public class ShellWordsTests
{
    [Theory]
    [InlineData("pass show openai", "pass", "show", "openai")]
    [InlineData("  op   read 'op://My Vault/key'  ", "op", "read", "op://My Vault/key")]
    [InlineData("a \"b c\" d\\ e ''", "a", "b c", "d e", "")]
    [InlineData("sh -c 'echo $X | tr a b'", "sh", "-c", "echo $X | tr a b")]
    [InlineData("a \"it's\" 'say \"x\"'", "a", "it's", "say \"x\"")]
    [InlineData("echo $HOME `id` $(id) *", "echo", "$HOME", "`id`", "$(id)", "*")]
    public void Quotes_keep_words_together(string command, params string[] words) => Assert.Equal(words, ShellWords.Split(command));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("''")]
    [InlineData("a 'b")]
    public void What_is_no_command_is_refused(string command) => Assert.Throws<UsageException>(() => ShellWords.Split(command));
}
