using LlmConfig.Commands;

namespace LlmConfig.Tests;

public sealed class ErrorTests : EngineTest
{
    /// <summary>Code, script, category, target; "store" and "file" stand for paths of the store.</summary>
    public static TheoryData<string, string, ErrorCategory, string> Failures => new()
    {
        { "NotFound", "Get-LlmConfig nobody", ErrorCategory.ObjectNotFound, "nobody" },
        { "NotFound", "Set-LlmConfig nobody -Model x", ErrorCategory.ObjectNotFound, "nobody" },
        { "NotFound", "Remove-LlmConfig nobody", ErrorCategory.ObjectNotFound, "nobody" },
        { "NotFound", "Get-LlmConfigKey nobody", ErrorCategory.ObjectNotFound, "nobody" },
        { "DuplicateName", "New-LlmConfig ' A ' openai", ErrorCategory.ResourceExists, "A" },
        { "DuplicateName", "Set-LlmConfig none -NewName A", ErrorCategory.ResourceExists, "A" },
        { "InvalidName", "New-LlmConfig ('x' * 101) openai", ErrorCategory.InvalidArgument, "" },
        { "UnknownProvider", "New-LlmConfig b nobody", ErrorCategory.InvalidArgument, "b" },
        { "UnknownProvider", "Set-LlmConfig a -Provider nobody", ErrorCategory.InvalidArgument, "a" },
        { "InvalidBaseUrl", "New-LlmConfig b azure-openai", ErrorCategory.InvalidArgument, "b" },
        { "InvalidBaseUrl", "Set-LlmConfig a -Provider azure-openai -Force", ErrorCategory.InvalidArgument, "a" },
        { "InsecureBaseUrl", "New-LlmConfig b openai -BaseUrl http://10.0.0.1", ErrorCategory.SecurityError, "b" },
        { "InvalidKey", "New-LlmConfig b openai -ApiKeyFromEnvironment LLMCONFIG_TEST_UNSET", ErrorCategory.InvalidArgument, "b" },
        { "InvalidKey", "Set-LlmConfig a -ApiKeyFromEnvironment LLMCONFIG_TEST_UNSET", ErrorCategory.InvalidArgument, "a" },
        { "InvalidKey", "New-LlmConfig b openai -ApiKeyFromEnvironment HOME -ApiKey $key", ErrorCategory.InvalidArgument, "b" },
        { "KeyMissing", "Get-LlmConfigKey none", ErrorCategory.ObjectNotFound, "none" },
        { "SecretManagementMissing", "New-LlmConfig b openai -ApiKey $key -Vault Team", ErrorCategory.NotInstalled, "Team" },
        { "SecretManagementMissing", "Set-LlmConfig a -Vault Team", ErrorCategory.NotInstalled, "Team" },
        { "SecretManagementMissing", "Set-LlmConfigStore -DefaultVault Team", ErrorCategory.NotInstalled, "Team" },
        { "UnknownProvider", "Get-LlmProvider nobody", ErrorCategory.InvalidArgument, "" },
        { "InvalidArgument", "New-LlmConfig b openai surplus", ErrorCategory.InvalidArgument, "" },
        { "InvalidArgument", "New-LlmConfig b openai -Modle x", ErrorCategory.InvalidArgument, "" },
        { "InvalidArgument", "New-LlmConfig b openai -UseAuthHeader perhaps", ErrorCategory.InvalidArgument, "" },
        { "InvalidArgument", "Set-LlmConfig a surplus", ErrorCategory.InvalidArgument, "" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_names_code_category_target_and_remedy_and_leaves_every_byte(string code, string script, ErrorCategory category, string target)
    {
        Run("New-LlmConfig a openai -ApiKey $key; New-LlmConfig none ollama", ("key", Secure("sk-one")));
        var before = Store.Contents();

        ErrorRecord error = Try(script, ("key", Secure("sk-two"))).RequireError(code);

        Assert.Equal(category, error.CategoryInfo.Category);
        var exception = Assert.IsType<LlmConfigException>(error.Exception);
        Assert.Equal(code, exception.Code.ToString());
        Assert.Equal(exception.Target, error.TargetObject);
        if (target.Length > 0)
        {
            Assert.Equal(target, error.TargetObject);
        }

        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.EndsWith(".", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(exception.Problem, error.ToString());
        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void A_parameter_that_does_not_exist_is_named_and_a_surplus_argument_is_not_repeated()
    {
        Assert.Contains("no parameter -Modle", Try("New-LlmConfig b openai -Modle x").RequireError("InvalidArgument").ToString(), StringComparison.Ordinal);
        ErrorRecord surplus = Try("New-LlmConfig b openai $surplus", ("surplus", "whatever")).RequireError("InvalidArgument");
        Assert.DoesNotContain("whatever", Leaks.Text(surplus), StringComparison.Ordinal);
        Assert.Contains("-ApiKey", surplus.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-LlmConfig")]
    [InlineData("'a', 'a' | Get-LlmConfig")]
    [InlineData("New-LlmConfig b openai -ApiKey $key")]
    [InlineData("'a', 'a' | Set-LlmConfig -Model x")]
    [InlineData("Remove-LlmConfig a")]
    [InlineData("'a', 'a' | Get-LlmConfigKey")]
    [InlineData("Get-LlmConfigStore")]
    [InlineData("Set-LlmConfigStore -DefaultVault LlmConfig")]
    public void A_damaged_store_ends_the_command_and_is_left_as_it_is(string script)
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        Store.Damage();
        var before = Store.Contents();

        CommandResult result = Try("try { " + script + " } catch { $caught = $_ }; $caught", ("key", Secure("sk-two")));

        Assert.Empty(result.Errors);
        var error = Assert.IsType<ErrorRecord>(Assert.Single(result.Output).BaseObject);
        Assert.StartsWith("StoreCorrupt,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
        Assert.Contains("Repair-LlmConfig", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void A_store_of_a_newer_version_ends_the_command()
    {
        Run("New-LlmConfig a openai");
        Store.Damage("""{"version":2}""");

        AssertEnds("StoreVersionUnsupported", ErrorCategory.InvalidData, "New-LlmConfig b openai");
        AssertEnds("StoreVersionUnsupported", ErrorCategory.InvalidData, "Get-LlmConfig");
    }

    [Theory]
    [InlineData("LLMCONFIG_HOME", "relative/folder")]
    [InlineData("LLMCONFIG_HOME", "/nonexistent-parent/store")]
    [InlineData("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "1")]
    public void An_unsafe_place_ends_the_command(string variable, string value)
    {
        Store.SetVariable(variable, value);
        var before = Store.Contents();

        AssertEnds("StoreUnsafe", ErrorCategory.SecurityError, "New-LlmConfig a openai -ApiKey $key");

        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void A_link_in_the_place_of_the_file_ends_the_command()
    {
        Run("New-LlmConfig a openai");
        File.Move(Store.ConfigFile, Store.ConfigFile + ".real");
        File.CreateSymbolicLink(Store.ConfigFile, Store.ConfigFile + ".real");

        AssertEnds("StoreUnsafe", ErrorCategory.SecurityError, "Get-LlmConfig");
    }

    [Fact]
    public void A_damaged_key_is_reported_and_the_others_are_read()
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        File.WriteAllBytes(Assert.Single(Store.SealedFiles), [1, 2, 3]);
        Run("New-LlmConfig b openai -ApiKey $key", ("key", Secure("sk-two")));

        CommandResult result = Try("'a', 'b' | Get-LlmConfigKey -AsPlainText");

        ErrorRecord error = result.RequireError("VaultCorrupt");
        Assert.Equal("a", error.TargetObject);
        Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
        Assert.Equal("sk-two", Assert.Single(result.Output).BaseObject);
    }

    [Fact]
    public void A_vault_whose_header_is_gone_takes_no_key_and_is_left_as_it_is()
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        File.Delete(Path.Combine(Store.Folder, "vault", "vault.json"));

        CommandResult result = Try("$rows | New-LlmConfig", ("rows", new object[]
        {
            Row(("Name", "b"), ("Provider", "openai"), ("ApiKey", Secure("sk-two"))),
            Row(("Name", "c"), ("Provider", "openai")),
        }));

        Assert.Equal("b", result.RequireError("VaultCorrupt").TargetObject);
        Assert.Equal(["c"], result.Names);
        Assert.Single(Store.SealedFiles);
        Assert.Empty(Store.Intents);
    }

    [Fact]
    public void A_store_in_use_is_an_error_that_names_the_holder()
    {
        Run("New-LlmConfig a openai");
        using FileStream holder = new(Store.Lock, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        AssertEnds("StoreBusy", ErrorCategory.ResourceBusy, "New-LlmConfig b openai -ApiKey $key");

        Assert.Empty(Store.SealedFiles);
        Assert.Empty(Store.Intents);
    }

    [Fact]
    public void Every_code_has_a_category_and_only_the_stores_own_end_a_command()
    {
        foreach (LlmConfigErrorCode code in Enum.GetValues<LlmConfigErrorCode>())
        {
            ErrorRecord record = LlmConfigErrorRecord.From(new LlmConfigException(code, "target", "Problem.", "Do this."));

            Assert.Equal(code.ToString(), record.FullyQualifiedErrorId);
            Assert.NotEqual(ErrorCategory.NotSpecified, record.CategoryInfo.Category);
            Assert.Equal(code.ToString().StartsWith("Store", StringComparison.Ordinal), LlmConfigErrorRecord.MeetsEveryRecord(code));
        }
    }

    private void AssertEnds(string code, ErrorCategory category, string script)
    {
        CommandResult result = Try("try { " + script + " } catch { $_ }", ("key", Secure("sk-two")));

        Assert.Empty(result.Errors);
        var error = Assert.IsType<ErrorRecord>(Assert.Single(result.Output).BaseObject);
        Assert.StartsWith(code + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }
}
