using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LlmConfig.Cli.Tests;

/// <summary>Each console example of docs/llmconfig.md runs, one after the other, and puts out what the page says.</summary>
public partial class DocumentTests
{
    [Fact]
    public void Every_console_example_works_when_it_is_pasted()
    {
        using var program = new LlmConfigProgram();
        Assert.Equal(0, program.RunWith(string.Empty, "store", "--protector", "KeyFile").ExitCode);
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "llmconfig.md"));
        int examples = 0;
        foreach (Match block in Console().Matches(page))
        {
            foreach (string example in block.Groups[1].Value.Split("$ ", StringSplitOptions.RemoveEmptyEntries))
            {
                string[] lines = example.TrimEnd('\n').Split('\n', 2);
                ProcessStartInfo start = program.Shell(lines[0]);
                start.Environment["PATH"] = $"{Path.GetDirectoryName(LlmConfigProgram.Launcher)}:{start.Environment["PATH"]}";
                start.Environment["OPENAI_API_KEY"] = CliStore.Key;
                (int exitCode, string output, string error) = LlmConfigProgram.Finish(Process.Start(start)!);
                Assert.True(exitCode == 0, $"{lines[0]}\n{output}{error}");
                Assert.True(lines.Length == 1 || output == lines[1] + "\n", $"{lines[0]}\n{output}");
                examples++;
            }
        }

        Assert.True(examples >= 15, "The page has fewer examples than it has: they were not found.");
    }

    [Fact]
    public void Every_verb_is_on_the_page()
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "llmconfig.md"));
        Assert.All(VerbList.Names, name => Assert.Matches($"`{name}[ `]", page));
    }

    [GeneratedRegex("^```console\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Console();
}
