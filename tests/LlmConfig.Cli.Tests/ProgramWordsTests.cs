using System.Text.RegularExpressions;

namespace LlmConfig.Cli.Tests;

/// <summary>No message that llmconfig prints names a cmdlet or a cmdlet's parameter.</summary>
public partial class ProgramWordsTests
{
    [Fact]
    public void Every_text_of_the_core_that_names_a_cmdlet_is_said_in_the_words_of_this_program()
    {
        string[] texts = [.. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src", "LlmConfig.Core"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(File.ReadLines)
            .Select(line => line.Trim())
            .Where(line => !line.StartsWith("//", StringComparison.Ordinal) && !line.StartsWith('['))
            .SelectMany(line => Literal().Matches(line).Select(match => match.Value))];
        Assert.True(texts.Count(text => Cmdlet().IsMatch(text)) > 30, "The source has fewer texts with cmdlets than it has: they were not found.");
        Assert.All(texts, text => Assert.DoesNotMatch(Cmdlet(), ProgramWords.Translate(text)));
    }

    [Fact]
    public void Nor_does_a_text_of_this_program()
    {
        string[] lines = [.. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src", "LlmConfig.Cli"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.EndsWith("ProgramWords.cs", StringComparison.Ordinal) && !file.Contains("Vaults", StringComparison.Ordinal) && !file.Contains("Completion", StringComparison.Ordinal))
            .SelectMany(File.ReadLines)
            .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))];
        Assert.All(lines.SelectMany(line => Literal().Matches(line).Select(match => match.Value)), text => Assert.DoesNotMatch(LlmCmdlet(), text));
    }

    [Theory]
    [InlineData("Set the key anew with Set-LlmConfig -AskApiKey.", "Set the key anew with llmconfig set NAME --key-stdin.")]
    [InlineData("Get-LlmConfig lists those that there are.", "llmconfig list shows those that there are.")]
    [InlineData("Give it with -Password, such as (Read-Host -AsSecureString).", "Give it with --password-file or --password-stdin.")]
    [InlineData("Use 1 to 100 printable characters.", "Use 1 to 100 printable characters.")]
    public void A_remedy_can_be_typed(string ofCore, string shown) => Assert.Equal(shown, ProgramWords.Translate(ofCore));

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal();

    // A cmdlet of this module or of PowerShell, or a parameter: one dash and a capital letter.
    [GeneratedRegex(@"\b[A-Z][a-z]+-Llm[A-Z]|\bRead-Host\b|(?<![\w\-\]])-[A-Z][a-zA-Z]{3,}\b")]
    private static partial Regex Cmdlet();

    [GeneratedRegex(@"\b[A-Z][a-z]+-Llm[A-Z]")]
    private static partial Regex LlmCmdlet();
}
