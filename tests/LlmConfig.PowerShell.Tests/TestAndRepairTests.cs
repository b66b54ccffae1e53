namespace LlmConfig.Tests;

/// <summary>Test-LlmConfig and Repair-LlmConfig with the engine hosted: binding, questions, previews, errors and secrets.</summary>
public sealed class TestAndRepairTests : EngineTest
{
    private const string Key = "sk-test-repair";

    public TestAndRepairTests()
    {
        Run("New-LlmConfig work openai -ApiKey $key; New-LlmConfig local ollama", ("key", Secure(Key)));
    }

    [Fact]
    public void Results_have_the_five_properties_and_survive_serialisation()
    {
        IReadOnlyList<PSObject> results = Run("Test-LlmConfig").Output;

        Assert.All(results, result => Assert.Equal(CheckStatus.Ok, Assert.IsType<CheckResult>(result.BaseObject).Status));
        PSObject copy = Deserialized(results[0].BaseObject);
        Assert.Equal(["Check", "Message", "Remedy", "Status", "Target"], copy.Properties.Select(property => property.Name).Order());
        Assert.Equal("Ok", copy.Properties["Status"].Value.ToString());
    }

    [Fact]
    public void Quiet_is_one_boolean_and_warnings_do_not_count()
    {
        CommandResult missing = Try("Test-LlmConfig nobody -Quiet");
        missing.RequireError("NotFound");
        Assert.False((bool)Assert.Single(missing.Output).BaseObject);
        Assert.True(Boolean("Test-LlmConfig -Quiet"));
        File.Delete(Store.Backup);
        Assert.True(Boolean("Test-LlmConfig -Quiet"));
        File.WriteAllText(Store.ConfigFile, "{");
        Assert.False(Boolean("Test-LlmConfig -Quiet"));
        Try("Test-LlmConfig work").RequireError("StoreCorrupt");
    }

    [Fact]
    public void What_a_look_finds_is_a_result_and_never_a_warning_too()
    {
        File.SetUnixFileMode(Store.Folder, (UnixFileMode)0x1FF);
        File.WriteAllText(Store.ConfigFile, "{");

        CommandResult result = Run("Test-LlmConfig; Repair-LlmConfig -WhatIf");

        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void A_preview_lists_the_steps_and_does_none()
    {
        File.WriteAllText(Store.ConfigFile, "{");
        File.SetUnixFileMode(Store.Backup, (UnixFileMode)0x1A4);
        SortedDictionary<string, string> before = Store.Contents();

        Assert.Empty(Run("Repair-LlmConfig -WhatIf").Output);

        Assert.Equal(before, Store.Contents());
        Assert.Contains("restore revision", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Contains("mode 0644, wider than 0600", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Equal(["Permission", "File"], Run("Repair-LlmConfig").Output.Select(item => Assert.IsType<RepairResult>(item.BaseObject).Check));
        Assert.Empty(Run("Repair-LlmConfig").Output);
    }

    [Theory]
    [InlineData("Yes", 1)]
    [InlineData("No", 0)]
    public void A_key_that_nothing_refers_to_is_removed_after_a_question(string answer, int removed)
    {
        RemoveByHand();
        Shell.Host.Answers.Enqueue(answer);

        CommandResult result = Run("Repair-LlmConfig");

        Assert.Contains(Shell.Host.Questions, question => question.Contains("'work'", StringComparison.Ordinal) && question.Contains("cannot be brought back", StringComparison.Ordinal));
        Assert.Equal(removed, result.Output.Count);
        Assert.Equal(1 - removed, Store.SealedFiles.Count);
    }

    [Theory]
    [InlineData("-Force")]
    [InlineData("-Confirm:$false")]
    public void Who_agrees_beforehand_is_not_asked(string switches)
    {
        RemoveByHand();

        Assert.Single(Run("Repair-LlmConfig " + switches).Output);

        Assert.Empty(Shell.Host.Questions);
        Assert.Empty(Store.SealedFiles);
    }

    [Fact]
    public void A_step_that_fails_is_an_error_record_with_its_code_and_the_others_go_on()
    {
        File.WriteAllText(Store.ConfigFile, Newer());

        ErrorRecord error = Try("Repair-LlmConfig").RequireError("StoreVersionUnsupported");

        Assert.Equal(Store.ConfigFile, error.TargetObject);
        Assert.Contains("Update", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ambiguous_store_is_an_error_that_says_what_to_give()
    {
        Store.Damage();

        Try("Repair-LlmConfig -StoreId 11111111-2222-4333-8444-555555555555").RequireError("StoreCorrupt");
        Assert.Single(Run("Repair-LlmConfig").Output);
        Assert.Equal(Key, KeyOf("work"));
    }

    [Fact]
    public void A_vault_that_is_not_there_is_an_error()
    {
        Assert.Contains(Try("Repair-LlmConfig -Vault Nowhere").Error.FullyQualifiedErrorId.Split(',')[0], new[] { "VaultNotFound", "SecretManagementMissing" });
    }

    [Fact]
    public void No_key_is_in_what_they_write_whatever_is_damaged()
    {
        foreach (Action damage in new Action[]
        {
            () => { },
            () => Store.Damage("{" + Key),
            () => File.WriteAllText(Store.ConfigFile, Key),
            () => File.WriteAllText(Store.SealedFiles[0], Key),
            () => File.WriteAllText(Path.Combine(Store.Folder, "vault", "vault.json"), Key),
            () => File.WriteAllText(Directory.GetFiles(Path.Combine(Store.Folder, "vault"), "master-*.key").Single(), Key),
        })
        {
            damage();
            foreach (string script in new[] { "Test-LlmConfig -MaxKeyAge 0", "Repair-LlmConfig -WhatIf -Verbose -Debug", "Repair-LlmConfig -Force", "Test-LlmConfig | Out-Default" })
            {
                string text = Leaks.Text(Try(script), Shell.Host);
                Assert.All(Leaks.Forms(Key), form => Assert.DoesNotContain(form, text, StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    private bool Boolean(string script) => (bool)Assert.Single(Run(script).Output).BaseObject;

    private string Newer() => File.ReadAllText(Store.ConfigFile).Replace("\"version\": 1", "\"version\": 7", StringComparison.Ordinal);

    private void RemoveByHand()
    {
        string[] lines = File.ReadAllLines(Store.ConfigFile);
        int key = Array.FindIndex(lines, line => line.Contains("\"key\"", StringComparison.Ordinal));
        int end = Array.FindIndex(lines, key, line => line.Trim() == "},");
        string text = string.Join('\n', lines.Where((_, at) => at < key || at > end));
        File.WriteAllText(Store.ConfigFile, text);
        File.WriteAllText(Store.Backup, text);
    }
}
