using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary><c>llmconfig tool</c>: a tool's own settings file is told to ask this program, and is byte for byte as before afterwards.</summary>
public class ToolVerbTests(ExecStore store) : IClassFixture<ExecStore>
{
    private const string Toml = "# mine\nmodel = \"old\"\n\n[projects.x]\ntrust = true\n";

    private string Codex => Path.Combine(store.Program.Home, ".codex", "config.toml");

    [Fact]
    public void A_tool_is_set_up_and_its_file_is_as_before_afterwards()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Codex)!);
        File.WriteAllText(Codex, Toml);

        // First what would be.
        (int exitCode, string output, string error) = Run("tool", "setup", "codex", "--dry-run");
        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Contains("\n- model = \"old\"\n", output.Replace("+ # llmconfig: was model", "- model", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("\n+ model_provider = \"llmconfig\"\n", output, StringComparison.Ordinal);
        Assert.Equal(Toml, File.ReadAllText(Codex));

        JsonElement made = Json("tool", "setup", "codex", "work");
        Assert.Equal(("codex", "work", Codex, true, Codex + ".llmconfig-backup"), Shown(made));
        Assert.Contains(
            $"auth={{command=\"{LlmConfigProgram.Launcher}\",args=[\"key\",\"--home\",\"{Path.Combine(store.Program.Home, "store")}\",\"{store.Id}\"]}}",
            File.ReadAllText(Codex),
            StringComparison.Ordinal);
        Assert.DoesNotContain(ExecStore.Key, File.ReadAllText(Codex), StringComparison.Ordinal);
        Assert.False(Json("tool", "setup", "codex", "work").GetProperty("changed").GetBoolean());

        // What is written is what gives the key.
        Assert.Equal(ExecStore.Key, Run("key", "--home", Path.Combine(store.Program.Home, "store"), store.Id).Output.TrimEnd());
        Assert.Contains("takes the key of 'work' from model_providers.llmconfig", Run("test", "work", "--tool", "codex").Output, StringComparison.Ordinal);

        Assert.Equal(("codex", "work", Codex, true, null), Shown(Json("tool", "remove", "codex")));
        Assert.Equal(Toml, File.ReadAllText(Codex));
        Assert.Equal(["config.toml"], Directory.GetFiles(Path.GetDirectoryName(Codex)!).Select(Path.GetFileName));
        Assert.False(Json("tool", "remove", "codex").GetProperty("changed").GetBoolean());
    }

    [Theory]
    [InlineData(1, "Start it with llmconfig exec work --tool aider.", "setup", "aider", "work")]
    [InlineData(1, "api_key_name = \"cmd:llmconfig key work\"", "setup", "avante", "work")]
    [InlineData(1, "Did you mean 'codex'? llmconfig tools lists them.", "setup", "codx", "work")]
    [InlineData(1, "llmconfig tools lists those that have one.", "remove", "aider")]
    [InlineData(2, "Use setup TOOL NAME, or remove TOOL.", "remove", "codex", "work")]
    [InlineData(2, "Use setup TOOL NAME, or remove TOOL.", "install", "codex", "work")]
    [InlineData(2, "tool needs TOOL.", "setup")]
    public void What_cannot_be_done_is_said_with_what_to_do(int code, string remedy, params string[] arguments)
    {
        (int exitCode, string output, string error) = Run(["tool", .. arguments]);
        Assert.Equal((code, string.Empty), (exitCode, output));
        Assert.Contains(remedy, error, StringComparison.Ordinal);
    }

    private static (string?, string?, string?, bool, string?) Shown(JsonElement made) => (
        made.GetProperty("tool").GetString(), made.GetProperty("name").GetString(), made.GetProperty("path").GetString(),
        made.GetProperty("changed").GetBoolean(), made.GetProperty("backup").GetString());

    private JsonElement Json(params string[] arguments)
    {
        (int exitCode, string output, string error) = Run([.. arguments, "--json"]);
        Assert.Equal((0, string.Empty), (exitCode, error));
        return JsonDocument.Parse(output).RootElement.GetProperty("data")[0];
    }

    private (int ExitCode, string Output, string Error) Run(params string[] arguments) => store.Program.RunWith(string.Empty, arguments);
}
