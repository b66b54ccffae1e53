using System.Text;

namespace LlmConfig.Tests;

/// <summary>The table of docs/tools.md is what the catalogue says.</summary>
public class ToolsDocumentTests
{
    private const string Begin = "<!-- From the catalogue: LLMCONFIG_TEST_UPDATE=1 writes it anew. -->\n";
    private const string End = "<!-- End of the catalogue. -->";

    [Fact]
    public void The_page_says_what_the_catalogue_says()
    {
        string path = Path.Combine(RepositoryRoot.Path, "docs", "tools.md");
        string page = File.ReadAllText(path);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        string expected = page[..begin] + Table() + page[end..];
        if (Environment.GetEnvironmentVariable("LLMCONFIG_TEST_UPDATE") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path));
    }

    private static string Table()
    {
        var text = new StringBuilder();
        foreach (LlmTool tool in LlmToolCatalog.All)
        {
            text.Append($"\n### {tool.DisplayName} (`{tool.Id}`)\n\n");
            text.Append("| providers | is given |\n|---|---|\n");
            foreach (ToolRoute route in tool.Routes)
            {
                IEnumerable<string> given = route.Variables.Concat(route.Arguments.Select(group => string.Join(' ', group))).Select(part => $"`{part}`");
                string limits = (route.NeedsModel ? "; needs a model" : string.Empty) + (route.TakesBaseUrl ? string.Empty : "; the provider's own host only");
                text.Append($"| {Providers(route)} | {string.Join(" ", given)}{limits} |\n");
            }

            text.Append($"\nLooks for a key in {Listed(tool.KeySources)}");
            text.Append(tool.BaseUrlSources.Count == 0 ? ".\n" : $"; for a base URL in {Listed(tool.BaseUrlSources)}.\n");
            text.Append(tool.Helper is null ? "It cannot ask a command for the key.\n" : $"Asks a command for the key: {tool.Helper}.\n");
            text.Append(tool.SettingsFile is null ? string.Empty : $"Set up for good in `{tool.SettingsFile}`{(tool.Home is { } home ? $" (`{home.Variable}` stands for `{home.Folder}`)" : string.Empty)}:\n\n| providers | holds |\n|---|---|\n"
                + string.Concat(tool.FileRoutes.Select(route => $"| {Providers(route)} | {string.Join(" ", route.Settings.Select(setting => $"`{setting}`"))}{(route.NeedsModel ? "; needs a model" : string.Empty)} |\n")) + "\n");
            text.Append(tool.Remark is null ? string.Empty : tool.Remark + "\n");
            text.Append(tool.CheckedWith is null ? "Not run here.\n" : $"Checked with {tool.CheckedWith}.\n");
            text.Append($"Source: {tool.Source}.\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Providers(ToolRoute route) =>
        route.Providers.Count >= LlmToolCatalog.OpenAIKindOfProviders.Count ? "OpenAI's kind" : string.Join(", ", route.Providers);

    private static string Listed(IReadOnlyList<string> sources) => string.Join(", ", sources.Select(source => $"`{source}`"));
}
