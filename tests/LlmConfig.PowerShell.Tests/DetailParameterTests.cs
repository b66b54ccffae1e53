using System.Globalization;

namespace LlmConfig.Tests;

/// <summary>The parameters for what providers want beside the key, and for what people note.</summary>
public sealed class DetailParameterTests : EngineTest
{
    private const string All =
        "-Organization org-example -Project proj_example -ApiVersion 2024-10-21 -Header @{ 'X-Team' = 'blue'; 'X-Trace' = 'on; level=1' }"
        + " -Description 'Größe: \"all\" of it' -Tag eu, 'Team Blue' -Owner ops@example.com -ExpiresAt 2031-02-03T04:05:06Z";

    private static readonly DateTime Expiry = new(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc);

    [Fact]
    public void A_configuration_is_made_with_them_and_a_change_of_something_else_leaves_them()
    {
        AssertAll(Run($"New-LlmConfig a openai {All}").Configuration);

        Run("Set-LlmConfig a -Model m");

        AssertAll(Stored("a"));
    }

    [Fact]
    public void Each_can_be_set_and_a_header_or_tag_replaces_all()
    {
        Run($"New-LlmConfig a openai; Set-LlmConfig a {All}");
        AssertAll(Stored("a"));

        Run("Set-LlmConfig a -Header 'X-Other: 1' -Tag us -Owner team");

        LlmConfiguration after = Stored("a");
        Assert.Equal(("X-Other: 1", "us", "team", "org-example"), (after.Headers!.ToString(), after.Tags!.ToString(), after.Owner, after.Organization));
    }

    [Theory]
    [InlineData("$null", "$null", "$null")]
    [InlineData("''", "''", "''")]
    [InlineData("' '", "@()", "' '")]
    [InlineData("''", "@{}", "''")]
    public void What_is_empty_takes_them_away(string text, string several, string time)
    {
        Run($"New-LlmConfig a openai {All}");

        Run($"Set-LlmConfig a -Organization {text} -Project {text} -ApiVersion {text} -Header {several} -Description {text} -Tag {several.Replace("@{}", "@()", StringComparison.Ordinal)} -Owner {text} -ExpiresAt {time}");

        AssertNone(Stored("a"));
    }

    [Theory]
    [InlineData("2031-02-03T04:05:06Z")]
    [InlineData("2031-02-03T05:05:06+01:00")]
    [InlineData("'2031-02-03 04:05:06Z'")]
    [InlineData("([DateTimeOffset]'2031-02-03T05:05:06+01:00')")]
    [InlineData("([DateTime]::new(2031, 2, 3, 4, 5, 6, [DateTimeKind]::Utc))")]
    [InlineData("([DateTime]::new(2031, 2, 3, 4, 5, 6, [DateTimeKind]::Utc).ToLocalTime())")]
    [InlineData("([DateTime]::SpecifyKind([DateTime]::new(2031, 2, 3, 4, 5, 6, [DateTimeKind]::Utc).ToLocalTime(), [DateTimeKind]::Unspecified))")]
    [InlineData("([DateTime]::new(2031, 2, 3, 4, 5, 6, [DateTimeKind]::Utc).ToLocalTime().ToString('yyyy-MM-ddTHH:mm:ss'))")]
    public void A_time_is_taken_with_its_zone_or_of_this_machines_clock(string time) =>
        Assert.Equal(Expiry, Run($"New-LlmConfig a openai -ExpiresAt {time}").Configuration.ExpiresAt);

    [Fact]
    public void A_date_begins_on_this_machines_clock_and_a_span_begins_now()
    {
        Assert.Equal(new DateTime(2031, 2, 3, 0, 0, 0, DateTimeKind.Local).ToUniversalTime(), Run("New-LlmConfig a openai -ExpiresAt 2031-02-03").Configuration.ExpiresAt);

        DateTime before = DateTime.UtcNow;
        DateTime expiry = Run("New-LlmConfig b openai -ExpiresAt 90d").Configuration.ExpiresAt!.Value;
        Assert.InRange(expiry, before.AddDays(90).AddMilliseconds(-1), DateTime.UtcNow.AddDays(90));
    }

    [Theory]
    [InlineData("-ExpiresAt 02/03/2031", "-ExpiresAt")]
    [InlineData("-ExpiresAt 90", "-ExpiresAt")]
    [InlineData("-ExpiresAt soon", "-ExpiresAt")]
    [InlineData("-ExpiresAt ([timespan]'90.00:00')", "-ExpiresAt")]
    [InlineData("-Header 'no colon'", "-Header")]
    [InlineData("-Header @{ X = $null }", "-Header")]
    [InlineData("-Header @{ X = @{} }", "-Header")]
    [InlineData("-Header 5", "-Header")]
    [InlineData("-Header @{ Authorization = 'x' }", "-Header")]
    [InlineData("-Header @{ X = 'Bearer ' + $secret }", "-Header")]
    [InlineData("-Header @{ X = $secure }", "-ApiKey")]
    [InlineData("-Tag @{}", "-Tag")]
    [InlineData("-Tag (,'x' * 33 | ForEach-Object { $_ + [guid]::NewGuid() })", "-Tag")]
    [InlineData("-Organization $secret", "-Organization")]
    [InlineData("-Project \"a`nb\"", "-Project")]
    [InlineData("-ApiVersion ('x' * 257)", "-ApiVersion")]
    [InlineData("-Description \"the key is $secret\"", "-Description")]
    [InlineData("-Owner $secret", "-Owner")]
    public void What_breaks_a_rule_is_an_error_that_names_the_parameter_and_no_value(string given, string parameter)
    {
        Run("New-LlmConfig a openai");
        var before = Store.Contents();
        string secret = "sk-test-" + Guid.NewGuid().ToString("N");
        foreach (string script in new[] { $"New-LlmConfig b openai {given}", $"Set-LlmConfig a {given}", $"New-LlmConfig b openai {given} -WhatIf", $"Set-LlmConfig a {given} -WhatIf" })
        {
            CommandResult result = Try(script, ("secret", secret), ("secure", Secure(secret)));

            ErrorRecord error = result.RequireError("InvalidArgument");
            Assert.Contains(parameter, error.Exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, $"{error} {error.Exception} {error.ErrorDetails.RecommendedAction} {string.Concat(result.Talk)} {Shell.Host.Text}", StringComparison.Ordinal);
            Assert.Equal(before, Store.Contents());
        }
    }

    [Fact]
    public void Rows_of_a_csv_file_bind_and_an_empty_cell_leaves_what_there_is()
    {
        object[] rows =
        [
            Row(("Name", "a"), ("Provider", "openai"), ("Organization", "org-example"), ("Project", "proj_example"), ("ApiVersion", "2024-10-21"), ("Headers", "X-Team: blue\r\nX-Trace: on; level=1"), ("Description", "Größe: \"all\" of it"), ("Tags", "eu, Team Blue"), ("Owner", "ops@example.com"), ("ExpiresAt", "2031-02-03T04:05:06Z")),
            Row(("Name", "b"), ("Provider", "openai"), ("Organization", ""), ("Project", ""), ("ApiVersion", ""), ("Headers", ""), ("Description", ""), ("Tags", ""), ("Owner", ""), ("ExpiresAt", "")),
            Row(("Name", "c"), ("Provider", "openai")),
        ];

        IReadOnlyList<LlmConfiguration> made = Run("$rows | New-LlmConfig", ("rows", rows)).Configurations;
        AssertAll(made[0]);
        AssertNone(made[1]);
        AssertNone(made[2]);

        Run("$rows | Set-LlmConfig", ("rows", new object[] { rows[0], Row(("Name", "a"), ("Organization", null), ("Headers", ""), ("Tags", null), ("ExpiresAt", "")), Row(("Name", "b"), ("Tags", "x")) }));
        AssertAll(Stored("a"));
        Assert.Equal(["x"], Stored("b").Tags);
        Assert.Null(Stored("b").ExpiresAt);
    }

    [Theory]
    [InlineData("ExpiresAt", "02/03/2031 04:05:06")]
    [InlineData("Headers", "System.Collections.Hashtable")]
    public void A_cell_that_is_none_is_an_error_and_no_other_row_stops(string column, string cell)
    {
        CommandResult result = Try(
            "$rows | New-LlmConfig", ("rows", new object[] { Row(("Name", "a"), ("Provider", "openai"), (column, cell)), Row(("Name", "b"), ("Provider", "openai")) }));

        Assert.Equal("a", result.RequireError("InvalidArgument").TargetObject);
        Assert.Equal(["b"], result.Names);
    }

    // The cmdlets for JSON and CSV are in the suite that runs in a whole PowerShell.
    [Theory]
    [InlineData("$old | New-LlmConfig -Name copy")]
    [InlineData("[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($old)) | New-LlmConfig -Name copy")]
    [InlineData("[pscustomobject]@{ Provider = 'openai'; Organization = $old.Organization; Project = $old.Project; ApiVersion = $old.ApiVersion; Headers = [pscustomobject]@{ 'X-Team' = 'blue'; 'X-Trace' = 'on; level=1' }; Description = $old.Description; Tags = [object[]]$old.Tags; Owner = $old.Owner; ExpiresAt = $old.ExpiresAt } | New-LlmConfig -Name copy")]
    public void A_copy_has_them(string script)
    {
        LlmConfiguration old = Run($"New-LlmConfig a openai {All}").Configuration;

        AssertAll(Run(script, ("old", old)).Configuration);
    }

    [Fact]
    public void A_snapshot_gives_Set_none_of_them()
    {
        LlmConfiguration old = Run($"New-LlmConfig a openai {All}").Configuration;
        Run("Set-LlmConfig a -Owner new -Tag new -Header 'X-New: 1' -ExpiresAt ''");

        Run("$old | Set-LlmConfig -Description other", ("old", old));

        LlmConfiguration after = Stored("a");
        Assert.Equal(("new", "new", "X-New: 1", null, "other"), (after.Owner, after.Tags!.ToString(), after.Headers!.ToString(), after.ExpiresAt, after.Description));
    }

    [Fact]
    public void WhatIf_and_verbose_say_old_and_new()
    {
        Run("New-LlmConfig a openai -Owner ops -Header @{ 'X-Team' = 'blue'; 'X-Old' = '1' } -Tag eu -ExpiresAt 2031-02-03T04:05:06Z");
        string was = Expiry.ToLocalTime().ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

        Run("Set-LlmConfig a -Organization org-x -Project p -ApiVersion v -Owner '' -Header @{ 'x-team' = 'red' } -Description d -Tag us, eu -ExpiresAt '' -WhatIf");

        string text = Shell.Host.Text;
        Assert.Contains(
            $"organization (none) → 'org-x'; project (none) → 'p'; API version (none) → 'v'; header X-Old '1' → (none); header X-Team 'blue' → 'red'; description (none) → 'd'; tags 'eu' → 'us, eu'; owner 'ops' → (none); expiry '{was}' → (none)",
            text,
            StringComparison.Ordinal);
        Assert.Contains(Run("Set-LlmConfig a -Owner team -Verbose").Talk, line => line.Contains("owner 'ops' → 'team'", StringComparison.Ordinal));
        Assert.Contains(Run("Set-LlmConfig a -Owner team -Tag EU, eu -Verbose").Talk, line => line.Contains("tags 'eu' → 'EU'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-Tag eu", "a,b")]
    [InlineData("-Tag EU", "a,b")]
    [InlineData("-Tag team*", "b,c")]
    [InlineData("-Tags eu, us", "a,b,d")]
    [InlineData("-Tag 'x[1]'", "d")]
    [InlineData("-Tag e", "")]
    [InlineData("-Tag * -Provider anthropic", "d")]
    [InlineData("[a-b] -Tag *", "a,b")]
    [InlineData("-Default -Tag eu", "a")]
    public void Configurations_are_found_by_their_tags(string arguments, string names)
    {
        Run("New-LlmConfig a openai -Tag eu; New-LlmConfig b openai -Tag eu, 'Team Blue'; New-LlmConfig c openai -Tag team; New-LlmConfig d anthropic -Tag us, 'x[1]'; New-LlmConfig e anthropic");

        Assert.Equal(names, string.Join(',', Run($"Get-LlmConfig {arguments}").Names));
    }

    [Theory]
    [InlineData("New-LlmConfig x openai -Tag ", "eu,'Team Blue'")]
    [InlineData("Set-LlmConfig a -Tag eu, t", "'Team Blue'")]
    [InlineData("Get-LlmConfig -Tag ", "eu,'Team Blue'")]
    [InlineData("New-LlmConfig x openai -Owner ", "'it''s us','ops@example.com'")]
    [InlineData("Set-LlmConfig a -Owner o", "'ops@example.com'")]
    public void Tags_and_owners_complete(string line, string texts)
    {
        Run("New-LlmConfig a openai -Tag 'Team Blue', eu -Owner ops@example.com; New-LlmConfig b openai -Tag EU -Owner 'it''s us'; New-LlmConfig c openai");

        Assert.Equal(texts, string.Join(',', Shell.Complete(line).Where(result => result.ResultType == CompletionResultType.ParameterValue).Select(result => result.CompletionText)));
    }

    private static void AssertAll(LlmConfiguration item)
    {
        Assert.Equal(("org-example", "proj_example", "2024-10-21"), (item.Organization, item.Project, item.ApiVersion));
        Assert.Equal(["X-Team: blue", "X-Trace: on; level=1"], item.Headers!.Select(header => $"{header.Key}: {header.Value}"));
        Assert.Equal(("Größe: \"all\" of it", "eu, Team Blue", "ops@example.com", Expiry), (item.Description, item.Tags!.ToString(), item.Owner, item.ExpiresAt));
    }

    private static void AssertNone(LlmConfiguration item)
    {
        Assert.Equal((null, null, null, null), (item.Organization, item.Project, item.ApiVersion, item.Headers));
        Assert.Equal((null, null, null, null), (item.Description, item.Tags, item.Owner, item.ExpiresAt));
    }
}
