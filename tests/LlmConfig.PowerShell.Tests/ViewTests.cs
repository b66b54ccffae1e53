using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LlmConfig.Tests;

public sealed class ViewTests : EngineTest
{
    [Fact]
    public void Configurations_show_as_a_table_with_the_default_marked_and_missing_keys_said()
    {
        Run("New-LlmConfig a openai -ApiKey $key -Model gpt-5 -AsDefault; New-LlmConfig b ollama", ("key", Secure("sk-one")));

        Shell.Host.Clear();
        Run("Get-LlmConfig | Out-Default");

        string[] lines = Lines();
        Assert.Equal(["Name", "Provider", "Model", "KeyAge", "Host"], Words(lines[0]));
        Assert.Equal(["*", "a", "openai", "gpt-5", "0", "min", "api.openai.com"], Words(lines[2]));
        Assert.Equal(["b", "ollama", "no", "key", "127.0.0.1:11434"], Words(lines[3]));
    }

    [Fact]
    public void The_vault_is_a_column_where_the_keys_lie_in_several_and_only_as_long_as_they_do()
    {
        Run("New-LlmConfig a openai -ApiKey $key; New-LlmConfig b ollama; New-LlmConfig c openai -ApiKey $other", ("key", Secure("sk-one")), ("other", Secure("sk-two")));
        LlmConfiguration a = Stored("a");
        string before = File.ReadAllText(Store.ConfigFile);
        int last = before.LastIndexOf("\"vault\": \"LlmConfig\"", StringComparison.Ordinal);
        File.WriteAllText(Store.ConfigFile, before[..last] + "\"vault\": \"Team\"" + before[(last + "\"vault\": \"LlmConfig\"".Length)..]);

        Shell.Host.Clear();
        Run("Get-LlmConfig | Out-Default");

        Assert.Equal(["Name", "Provider", "Model", "Vault", "KeyAge", "Host"], Words(Lines().First(line => line.Contains("Provider", StringComparison.Ordinal))));
        PSObject back = Deserialized(Run("Get-LlmConfig a").Output[0]);
        Assert.Equal(a.Id, Run("$back | Get-LlmConfig", ("back", back)).Configuration.Id);

        File.WriteAllText(Store.ConfigFile, before);
        Shell.Host.Clear();
        Run("Get-LlmConfig | Out-Default");

        Assert.DoesNotContain("Vault", Shell.Host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_age_of_a_key_is_a_property_that_sorts()
    {
        Run("New-LlmConfig young openai -ApiKey $key; New-LlmConfig none ollama", ("key", Secure("sk-one")));
        LlmConfiguration old = Stored("young") with { Name = "old", KeyUpdatedAt = DateTime.UtcNow.AddDays(-3) };

        Assert.Equal(3, old.KeyAge!.Value, tolerance: 0.01);
        Assert.InRange(Stored("young").KeyAge!.Value, 0, 0.1);
        Assert.Null(Stored("none").KeyAge);
    }

    [Fact]
    public void Deserialized_configurations_show_the_same_table()
    {
        Run("New-LlmConfig a openai -ApiKey $key -AsDefault; New-LlmConfig b ollama", ("key", Secure("sk-one")));
        PSObject[] back = [.. Run("Get-LlmConfig").Output.Select(Deserialized)];

        Run("$back | Out-Default", ("back", back));

        Assert.Equal(["*", "a", "openai", "0", "min", "api.openai.com"], Words(Lines().First(line => line.Contains("openai", StringComparison.Ordinal))));
        Assert.Contains("no key", Shell.Host.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, "30 min")]
    [InlineData(5, "5 h")]
    [InlineData(24 * 90, "90 d")]
    public void The_age_of_a_key_shows_in_the_unit_that_fits(double hours, string shown)
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        LlmConfiguration old = Stored("a") with { KeyUpdatedAt = DateTime.UtcNow.AddHours(-hours) };

        Run("$old | Out-Default", ("old", old));

        Assert.Contains(shown, Shell.Host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Providers_show_their_url_variables_and_header()
    {
        Run("Get-LlmProvider azure-openai, anthropic | Out-Default");

        string[] lines = Lines();
        Assert.Equal(["Id", "DisplayName", "Header", "KeyVariables", "BaseUrl"], Words(lines[0]));
        Assert.Contains("to be given", lines[2], StringComparison.Ordinal);
        Assert.Contains("x-api-key", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void The_store_shows_as_a_list()
    {
        Run("Get-LlmConfigStore | Out-Default");

        Assert.Equal(
            [
                "Path", "PathReason", "Exists", "StoreId", "Revision", "ConfigurationCount", "DefaultConfiguration",
                "DefaultVault", "DefaultVaultReason", "Vaults", "Protector", "ProtectorReason", "ProtectorState", "PendingChanges",
            ],
            Lines().Where(line => line.Contains(" :", StringComparison.Ordinal)).Select(line => line.Split(':')[0].Trim()));
    }

    [Theory]
    [InlineData("name\u001b[31m", "openai\u0007", "model\u202e", "name\\u{1B}[31m", "openai\\u{7}", "model\\u{202E}")]
    public void Characters_that_steer_a_terminal_show_escaped(string name, string provider, string model, params string[] shown)
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        LlmConfiguration item = Stored("a") with { Name = name, Provider = provider, Model = model, ExplicitBaseUrl = "https://x.example/" };

        foreach (object value in new object[] { item, Deserialized(item) })
        {
            Shell.Host.Clear();
            Run("$value | Out-Default; $value | Out-Default", ("value", value));

            string text = Plain(Shell.Host.Text);
            Assert.All(shown, part => Assert.Contains(part, text, StringComparison.Ordinal));
            Assert.DoesNotContain(text, c => c is '\u001b' or '\u202e' or '\u0007');
        }
    }

    [Fact]
    public void No_view_shows_a_text_as_it_came()
    {
        XElement format = XElement.Load(Path.Combine(AppContext.BaseDirectory, "LlmConfig.PowerShell.format.ps1xml"));
        Type[] types = [typeof(LlmConfiguration), typeof(LlmProvider), typeof(StoreInfo), typeof(CheckResult), typeof(FoundKey)];
        int seen = 0;
        foreach (XElement view in format.Descendants("View"))
        {
            string typeName = view.Element("ViewSelectedBy")!.Element("TypeName")!.Value;
            foreach (string property in view.Descendants("PropertyName").Select(element => element.Value))
            {
                seen++;
                Assert.NotEqual(typeof(string), types.SingleOrDefault(type => type.FullName == typeName)?.GetProperty(property)!.PropertyType);
            }
        }

        Assert.InRange(seen, 10, 100);
    }

    [Fact]
    public void Checks_show_as_a_table_with_a_coloured_status_and_what_to_do()
    {
        Run("$checks | Out-Default", ("checks", Checks()));

        string text = Shell.Host.Text;
        Assert.Contains("\u001b[32mOk\u001b[0m", text, StringComparison.Ordinal);
        Assert.Contains("\u001b[33;1mWarning\u001b[0m", text, StringComparison.Ordinal);
        Assert.Contains("\u001b[31;1mError\u001b[0m", text, StringComparison.Ordinal);
        string[] lines = Lines();
        Assert.Equal(["Status", "Check", "Target", "Message"], Words(lines[0]));
        Assert.Equal(["Ok", "File", "llm_config.json", "It", "reads."], Words(lines[2]));
        Assert.Equal(["Warning", "KeyAge", "work", "The", "key", "is", "old."], Words(lines[3]));
        Assert.Equal("Rotate it.", lines[4].Trim());
        Assert.Contains("bad\\u{1B}[31m", lines[5], StringComparison.Ordinal);
        Assert.Contains("two\\u{A}lines", lines[5], StringComparison.Ordinal);
    }

    [Fact]
    public void Checks_that_came_back_from_a_job_show_the_same_table()
    {
        Run("$checks | Out-Default", ("checks", Checks()));
        string direct = Shell.Host.Text;
        Shell.Host.Clear();

        Run("$checks | Out-Default", ("checks", Checks().Select(Deserialized).ToArray()));

        Assert.Equal(direct, Shell.Host.Text);
    }

    [Fact]
    public void The_list_of_a_configuration_has_every_property_and_no_other()
    {
        // Format-List is not part of the bare engine: without the table, the list is what shows.
        XElement format = XElement.Load(Path.Combine(AppContext.BaseDirectory, "LlmConfig.PowerShell.format.ps1xml"));
        format.Descendants("View").Where(view => view.Element("Name")!.Value != "LlmConfiguration.List").Remove();
        string file = Path.Combine(Store.Modules, "list.format.ps1xml");
        format.Save(file);
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.Formats.Add(new SessionStateFormatEntry(file));
        var host = new RecordingHost();
        using Runspace runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        runspace.SessionStateProxy.SetVariable("item", WithDetails("a"));
        using var pipeline = System.Management.Automation.PowerShell.Create(runspace);
        pipeline.AddScript("$item | Out-Default").Invoke();

        string[] shown = [.. Plain(host.Text).Split('\n').Where(line => line.Contains(" :", StringComparison.Ordinal)).Select(line => line.Split(" :")[0].Trim())];
        Assert.Equal(typeof(LlmConfiguration).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    private LlmConfiguration WithDetails(string name)
    {
        using var repository = new LlmConfigRepository(StoreFolder.Resolve());
        return repository.Update(Stored(name).Id, new ConfigurationUpdate { Details = Details }) with { ManagedBy = "team" };
    }

    private static ConfigurationDetails Details => new()
    {
        Organization = "org-example",
        Project = "proj_example",
        ApiVersion = "2024-10-21",
        Headers = new Dictionary<string, string> { ["X-Team"] = "blue" },
        Description = "for the team",
        Tags = ["eu"],
        Owner = "ops",
        ExpiresAt = new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc),
    };

    private static CheckResult[] Checks() =>
    [
        new("File", CheckStatus.Ok, "llm_config.json", "It reads."),
        new("KeyAge", CheckStatus.Warning, "work", "The key is old.", "Rotate it."),
        new("Permissions", CheckStatus.Error, "bad\u001b[31m", "two\nlines", "Repair it."),
    ];

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private string[] Lines() => [.. Plain(Shell.Host.Text).Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];

    // Colours are escape sequences.
    private static string Plain(string text) => Regex.Replace(text, "\u001b\\[[0-9;]*m", string.Empty);
}
