using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>Settings in JSON and TOML files of others: what is written where, that nothing else changes, and that they come out again without a trace.</summary>
public class SettingsFormatTests(ITestOutputHelper output)
{
    private static readonly ToolSetting[] Settings = [new("helper", "\"key work\""), new("env.URL", "\"http://h\""), new("env.TOKEN", "\"\"")];

    private static readonly ToolSetting[] Toml =
        [new("model_provider", "\"llmconfig\""), new("model_providers.llmconfig", "{name=\"llmconfig\",auth={command=\"/c\",args=[\"key\",\"ID\"]}}"), new("model", "\"m\"")];

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    // The marks of the block, which every TOML file below begins with.
    private const string Block = "# llmconfig: begin (Unregister-LlmConfigTool and llmconfig tool remove take this out)\nmodel_provider = \"llmconfig\"\n"
        + "model_providers.llmconfig = {name=\"llmconfig\",auth={command=\"/c\",args=[\"key\",\"ID\"]}}\nmodel = \"m\"\n# llmconfig: end\n";

    [Theory]
    [InlineData("{}", "{\n  \"helper\": \"key work\",\n  \"env\": {\n    \"URL\": \"http://h\",\n    \"TOKEN\": \"\"\n  }\n}")]
    [InlineData("{\n}\n", "{\n  \"helper\": \"key work\",\n  \"env\": {\n    \"URL\": \"http://h\",\n    \"TOKEN\": \"\"\n  }\n}\n")]
    [InlineData("{\n    \"a\": 1\n}\n", "{\n    \"helper\": \"key work\",\n    \"env\": {\n        \"URL\": \"http://h\",\n        \"TOKEN\": \"\"\n    },\n    \"a\": 1\n}\n")]
    [InlineData("{\r\n\t\"a\": 1\r\n}", "{\r\n\t\"helper\": \"key work\",\r\n\t\"env\": {\r\n\t\t\"URL\": \"http://h\",\r\n\t\t\"TOKEN\": \"\"\r\n\t},\r\n\t\"a\": 1\r\n}")]
    [InlineData("{\"a\":1}", "{\"helper\": \"key work\",\"env\": {\"URL\": \"http://h\",\"TOKEN\": \"\"},\"a\":1}")]
    [InlineData("{ \"env\": { \"A\": \"b\" } }", "{ \"helper\": \"key work\", \"env\": { \"URL\": \"http://h\", \"TOKEN\": \"\", \"A\": \"b\" } }")]
    [InlineData("{\n  // mine\n  \"a\": 1, // one\n  \"env\": {}, /* two */\n}", "{\n  \"helper\": \"key work\",\n  // mine\n  \"a\": 1, // one\n  \"env\": {\n    \"URL\": \"http://h\",\n    \"TOKEN\": \"\"\n  }, /* two */\n}")]
    [InlineData("{\n  \"helper\" : 'x',\n}", null)]
    [InlineData("{\n  \"helper\" : \"old\" ,\n  \"env\": {\n    \"TOKEN\": \"secret\"\n  }\n}", "{\n  \"helper\" : \"key work\" ,\n  \"env\": {\n    \"URL\": \"http://h\",\n    \"TOKEN\": \"\"\n  }\n}")]
    [InlineData("\uFEFF{\n \"a\": {\"helper\": 1}\n}", "\uFEFF{\n \"helper\": \"key work\",\n \"env\": {\n  \"URL\": \"http://h\",\n  \"TOKEN\": \"\"\n },\n \"a\": {\"helper\": 1}\n}")]
    public void JSON_is_changed_where_it_has_to_be_and_comes_back(string before, string? expected)
    {
        if (expected is null)
        {
            Assert.Equal("line 2: this is no JSON", Assert.Throws<StoreFormatException>(() => new JsonSettings().Add(Bytes(before), Settings)).Message);
            return;
        }

        byte[] after = new JsonSettings().Add(Bytes(before), Settings);
        Assert.Equal(expected, Encoding.UTF8.GetString(after));
        Assert.Equal(after, new JsonSettings().Add(after, Settings));
        Assert.Equal(before == "{\n}\n" ? "{}\n" : before, Encoding.UTF8.GetString(new JsonSettings().Remove(after, Bytes(before), Settings)));
    }

    [Theory]
    [InlineData("{\n \"helper\": 1,\n \"helper\": 2\n}", "line 3: 'helper' is there twice")]
    [InlineData("{\n \"env\": {},\n \"env\": {}\n}", "line 3: 'env' is there twice")]
    [InlineData("\n{\"env\": []}", "line 2: 'env' is not an object")]
    [InlineData("[]", "line 1: the file is not an object")]
    [InlineData("{\n\"a\": 1\n", "line 3: this is no JSON")]
    [InlineData("{} {}", "line 1: this is no JSON")]
    [InlineData("// nothing", "line 1: this is no JSON")]
    public void JSON_that_leaves_no_room_is_refused_with_its_line(string file, string problem) =>
        Assert.Equal(problem, Assert.Throws<StoreFormatException>(() => new JsonSettings().Add(Bytes(file), Settings)).Message);

    [Fact]
    public void What_others_changed_in_JSON_since_stays_and_what_they_changed_of_ours_is_said()
    {
        byte[] before = Bytes("{\n  \"helper\": \"old\",\n  \"a\": 1\n}\n");
        string after = Encoding.UTF8.GetString(new JsonSettings().Add(before, Settings));
        Assert.Equal(
            "{\n  \"new\": true,\n  \"helper\": \"old\",\n  \"env\": {\n    \"MINE\": \"1\"\n  },\n  \"a\": 2\n}\n",
            Removed(after.Replace("\"a\": 1", "\"a\": 2", StringComparison.Ordinal).Replace("{\n  \"env\"", "{\n  \"new\": true,\n  \"env\"", StringComparison.Ordinal).Replace("\"TOKEN\": \"\"\n  },\n  \"helper\"", "\"TOKEN\": \"\",\n    \"MINE\": \"1\"\n  },\n  \"helper\"", StringComparison.Ordinal)
                is var changed ? Moved(changed) : string.Empty));

        // A tool that writes its file anew, in one line.
        JsonNode rewritten = JsonNode.Parse(after)!;
        rewritten["theme"] = "dark";
        Assert.Equal("{\"helper\":\"old\",\"a\":1,\"theme\":\"dark\"}", Removed(rewritten.ToJsonString()));

        // Taken out by hand, in part or as a whole.
        Assert.Equal(Encoding.UTF8.GetString(before), Removed(after.Replace("    \"TOKEN\": \"\"\n", string.Empty, StringComparison.Ordinal).Replace("\"http://h\",", "\"http://h\"", StringComparison.Ordinal)));
        Assert.Equal(Encoding.UTF8.GetString(before), Removed(Encoding.UTF8.GetString(before)));
        Assert.Equal(
            "line 3: 'env.URL' is not what was written there",
            Assert.Throws<StoreFormatException>(() => Removed(after.Replace("http://h", "http://other", StringComparison.Ordinal))).Message);

        string Removed(string file) => Encoding.UTF8.GetString(new JsonSettings().Remove(Bytes(file), before, Settings));
        static string Moved(string text) => text.Replace("{\n  \"new\": true,\n  \"env\": {\n    \"URL\": \"http://h\",\n    \"TOKEN\": \"\",\n    \"MINE\": \"1\"\n  },\n  \"helper\": \"key work\",", "{\n  \"new\": true,\n  \"helper\": \"key work\",\n  \"env\": {\n    \"URL\": \"http://h\",\n    \"TOKEN\": \"\",\n    \"MINE\": \"1\"\n  },", StringComparison.Ordinal);
    }

    [Fact]
    public void Random_JSON_comes_back_byte_for_byte_and_says_the_same_meanwhile()
    {
        var random = new Random(20261201);
        int same = 0;
        const int Cases = 5_000;
        for (int i = 0; i < Cases; i++)
        {
            string text = (random.Next(4) == 0 ? "\uFEFF" : string.Empty) + RandomObject(random, 3, random.Next(3) switch { 0 => "\n", 1 => "\r\n", _ => string.Empty });
            byte[] before = Bytes(text);
            byte[] after = new JsonSettings().Add(before, Settings);
            JsonObject expected = JsonNode.Parse(text.Trim('\uFEFF'), documentOptions: Lenient)!.AsObject();
            expected["helper"] = "key work";
            if (expected["env"] is not JsonObject env)
            {
                expected["env"] = env = [];
            }

            env["URL"] = "http://h";
            env["TOKEN"] = string.Empty;
            Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(Encoding.UTF8.GetString(after).Trim('\uFEFF'), documentOptions: Lenient)), text);
            string back = Encoding.UTF8.GetString(new JsonSettings().Remove(after, before, Settings));
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text.Trim('\uFEFF'), documentOptions: Lenient), JsonNode.Parse(back.Trim('\uFEFF'), documentOptions: Lenient)), text);

            // The blanks of an object that had nothing else are all that may differ here: a file that nobody else changed comes back as it was kept.
            same += back == text ? 1 : 0;
            Assert.Equal(WithoutBlanks(text), WithoutBlanks(back));
        }

        Assert.True(same > Cases / 2, $"{same} of {Cases}");
        Figures.Print(output, $"settings in random JSON files: {Cases} put in and taken out, {same} byte for byte without a look at the backup");
    }

    [Theory]
    [InlineData("", Block)]
    [InlineData("\uFEFFapproval = \"never\"\n", "\uFEFF" + Block + "approval = \"never\"\n")]
    [InlineData("model = \"gpt\" # mine\n[a]\nmodel = \"x\"\n", Block + "# llmconfig: was model = \"gpt\" # mine\n[a]\nmodel = \"x\"\n")]
    [InlineData("# mine\n  \"model_provider\"='other'\nnotify = [\n  \"a]\", # ]\n]\ntext = \"\"\"\n[t]\nmodel = 1\n\"\"\"\"\nmodel=\"m\"", Block + "# mine\n# llmconfig: was   \"model_provider\"='other'\nnotify = [\n  \"a]\", # ]\n]\ntext = \"\"\"\n[t]\nmodel = 1\n\"\"\"\"\n# llmconfig: was model=\"m\"")]
    [InlineData("model = '''\na\nb'''\n[model_providers.other]\nname = 'x' # [\n[[x]]\n", Block + "# llmconfig: was model = '''\n# llmconfig: was a\n# llmconfig: was b'''\n[model_providers.other]\nname = 'x' # [\n[[x]]\n")]
    public void TOML_gets_lines_at_its_beginning_and_comes_back(string before, string expected)
    {
        byte[] after = new TomlSettings().Add(Bytes(before), Toml);
        Assert.Equal(expected, Encoding.UTF8.GetString(after));
        Assert.Equal(before, Encoding.UTF8.GetString(new TomlSettings().Remove(after, [], Toml)));

        byte[] windows = Bytes(before.Replace("\n", "\r\n", StringComparison.Ordinal));
        Assert.Equal(windows, new TomlSettings().Remove(new TomlSettings().Add(windows, Toml), [], Toml));
    }

    [Theory]
    [InlineData("a = 1\nb\n", "line 2: this is no TOML")]
    [InlineData("a = \"x\nb = 1", "line 1: this is no TOML")]
    [InlineData("a = [1,\n2\n", "line 1: this is no TOML")]
    [InlineData("[a\nb = 1", "line 1: this is no TOML")]
    [InlineData("a =\n", "line 1: this is no TOML")]
    [InlineData("= 1\n", "line 1: this is no TOML")]
    [InlineData("[model_providers]\n[model_providers.x]\n", "line 1: 'model_providers' is there already, in a form that leaves no room for that of llmconfig")]
    [InlineData("\nmodel_providers = { }\n", "line 2: 'model_providers' is there already, in a form that leaves no room for that of llmconfig")]
    [InlineData("model_providers.llmconfig.name = 'x'\n", "line 1: 'model_providers.llmconfig.name' is there already, in a form that leaves no room for that of llmconfig")]
    [InlineData("[ model_providers . \"llmconfig\" ]\n", "line 1: 'model_providers.llmconfig' is there already, in a form that leaves no room for that of llmconfig")]
    public void TOML_that_leaves_no_room_is_refused_with_its_line(string file, string problem) =>
        Assert.Equal(problem, Assert.Throws<StoreFormatException>(() => new TomlSettings().Add(Bytes(file), Toml)).Message);

    [Fact]
    public void What_others_changed_in_TOML_since_stays_and_what_they_changed_of_ours_is_said()
    {
        const string Before = "model = \"old\"\n[a]\n";
        string after = Encoding.UTF8.GetString(new TomlSettings().Add(Bytes(Before), Toml));

        // What a tool appends to the keys that belong to no table comes into the block.
        Assert.Equal(
            "effort = \"high\"\nmodel = \"old\"\n[a]\nx = 1\n",
            Removed(after.Replace("# llmconfig: end", "effort = \"high\"\n# llmconfig: end", StringComparison.Ordinal) + "x = 1\n"));
        Assert.Equal(Before, Removed(after.Replace("model_provider = \"llmconfig\"\n", string.Empty, StringComparison.Ordinal)));
        Assert.Equal(Before, Removed(Before));
        Assert.Equal(Before, Removed(after[(after.IndexOf('\n', StringComparison.Ordinal) + 1)..]));
        Assert.Equal(
            "line 4: 'model' is not what was written there",
            Assert.Throws<StoreFormatException>(() => Removed(after.Replace("model = \"m\"", "model = \"other\"", StringComparison.Ordinal))).Message);

        static string Removed(string file) => Encoding.UTF8.GetString(new TomlSettings().Remove(Bytes(file), [], Toml));
    }

    // Names are those of the settings now and then.
    private static string RandomObject(Random random, int depth, string newLine)
    {
        string indent = newLine.Length == 0 ? random.Next(2) == 0 ? string.Empty : " " : newLine + string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "  " : "\t", 4 - depth));
        var text = new StringBuilder("{");
        string[] names = [.. new[] { "helper", "env", "TOKEN", "a", "b", "ü\\\"}", "x y" }.OrderBy(_ => random.Next()).Take(random.Next(6))];
        for (int i = 0; i < names.Length; i++)
        {
            text.Append(Comment()).Append(indent).Append('"').Append(names[i]).Append("\":").Append(random.Next(2) == 0 ? " " : string.Empty);
            text.Append(depth > 0 && (names[i] == "env" || random.Next(3) == 0) ? RandomObject(random, depth - 1, newLine)
                : names[i] == "env" ? "{}"
                : random.Next(4) switch { 0 => "\"// no { comment\"", 1 => "[1, {\"env\": [] }]", 2 => "-1.5e3", _ => "null" });
            text.Append(i < names.Length - 1 || random.Next(6) == 0 ? "," : string.Empty).Append(Comment());
        }

        return text.Append(newLine).Append('}').ToString();

        string Comment() => random.Next(8) switch { 0 => " /* , } \" */", 1 when newLine.Length > 0 => " // { \"" + newLine, _ => string.Empty };
    }

    private static string WithoutBlanks(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
