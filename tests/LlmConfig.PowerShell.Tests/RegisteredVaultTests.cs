using System.Collections;
using System.Diagnostics;

namespace LlmConfig.Tests;

/// <summary>Keys in a vault that is registered with SecretManagement, which a stand-in plays.</summary>
public sealed class RegisteredVaultTests : EngineTest
{
    private const string Key = "sk-test-canary-0123456789";
    private const string Other = "sk-test-other-9876543210";

    private readonly StandIn _vault;

    public RegisteredVaultTests()
    {
        _vault = new StandIn(Store);
        Run("Set-LlmConfigStore -Protector KeyFile");
    }

    protected override void Dispose(bool disposing)
    {
        _vault.Dispose();
        base.Dispose(disposing);
    }

    private string KeyId => Assert.Single(_vault.Secrets).Key;

    private CommandResult Create(string arguments = "-Vault Team") =>
        Try($"New-LlmConfig work openai -ApiKey $key {arguments}", ("key", Secure(Key)));

    private IEnumerable<IDictionary> CallsOf(string command) => _vault.Calls.Where(call => call.Command == command).Select(call => call.Parameters);

    [Fact]
    public void A_key_lives_in_the_vault_from_creation_to_removal_and_its_label_follows()
    {
        Assert.Equal("Team", Create("-Vault team").RequireNoError().Configuration.Vault);
        string first = KeyId;
        Assert.Matches("^llm-api-key-[0-9a-f]{32}$", first);
        Assert.Equal((Key, Key), (_vault.Secrets[first], KeyOf("work")));
        Assert.Equal("work", _vault.Metadata[first]["name"]);

        Run("Set-LlmConfig work -ApiKey $key -NewName job", ("key", Secure(Other)));
        Assert.NotEqual(first, KeyId);
        Assert.Equal(Other, KeyOf("job"));
        Run("Set-LlmConfig job -Model m1");
        Assert.Equal("m1", _vault.Metadata[KeyId]["model"]);

        Run("Set-LlmConfig job -Vault LlmConfig");
        Assert.Empty(_vault.Secrets);
        Assert.Equal(Other, KeyOf("job"));
        Run("Set-LlmConfig job -Vault Team");
        Assert.Equal(Other, _vault.Secrets[KeyId]);
        Assert.Empty(Store.SealedFiles);

        Run("Remove-LlmConfig job");
        Assert.Empty(_vault.Secrets);
        Assert.Empty(Store.Intents);
    }

    [Fact]
    public void What_was_noted_of_a_configuration_lies_beside_its_key_and_a_second_home_gets_it()
    {
        Create("-Vault Team -Organization org-example -Header @{ 'X-Team' = 'blue' } -Tag eu, us -Owner ops -ExpiresAt 2031-02-03T04:05:06Z").RequireNoError();
        Assert.Equal(
            """{"organization":"org-example","headers":{"X-Team":"blue"},"tags":["eu","us"],"owner":"ops","expiresAt":"2031-02-03T04:05:06.000Z"}""",
            ((string)_vault.Metadata[KeyId]["details"]!).Replace(" ", string.Empty, StringComparison.Ordinal));
        Run("Set-LlmConfig work -Owner team -Tag ''");

        Store.SetVariable("LLMCONFIG_HOME", Path.Combine(Store.Modules, "second"));
        Run("Set-LlmConfigStore -Protector KeyFile");
        LlmConfiguration item = Run("Import-LlmConfig -FromVault Team").Configuration;

        Assert.Equal(("org-example", "X-Team: blue", null, "team"), (item.Organization, item.Headers!.ToString(), item.Tags, item.Owner));
        Assert.Equal(new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc), item.ExpiresAt);
    }

    [Fact]
    public void A_vault_is_tried_once_and_a_second_key_takes_no_more_calls_than_its_writing_and_reading()
    {
        Create().RequireNoError();
        Assert.Contains(CallsOf("Set-Secret"), call => (string)call["Name"]! != KeyId);
        _vault.Calls.Clear();

        Run("New-LlmConfig second openai -ApiKey $key -Vault Team", ("key", Secure(Other)));

        Assert.Equal(["Get-SecretVault", "Set-Secret", "Get-Secret"], _vault.Calls.Select(call => call.Command));
        VaultInfo vault = Assert.IsType<VaultInfo>(Assert.Single(Run("(Get-LlmConfigStore).Vaults").Output).BaseObject);
        Assert.Equal(("Team", 2, "TeamVault", true, true), (vault.Name, vault.KeyCount, vault.Profile!.Module, vault.Profile.TakesLabels, vault.Profile.ListsNames));
    }

    [Fact]
    public void A_vault_that_takes_texts_only_gets_texts()
    {
        _vault.Instead = (called, cmdlet) =>
        {
            if (called == "Set-Secret" && cmdlet.MyInvocation.BoundParameters.TryGetValue("Secret", out object? text))
            {
                _vault.Secrets[(string)cmdlet.MyInvocation.BoundParameters["Name"]] = (string)text;
                return true;
            }

            return called == "Set-Secret" && Fail("error", cmdlet);
        };

        Create().RequireNoError();

        Assert.Equal((Key, Key), (_vault.Secrets[KeyId], KeyOf("work")));
        Run("Remove-LlmConfig work");
        Assert.Empty(_vault.Secrets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_throwaway_secret_that_a_vault_keeps_under_another_name_is_removed_or_named(bool removes)
    {
        // It takes names with a slash only, and files them without it, where it finds them again under the name without it.
        _vault.Instead = (called, cmdlet) =>
        {
            string name = (string)cmdlet.MyInvocation.BoundParameters.GetValueOrDefault("Name", string.Empty);
            if (called == "Set-Secret" && name.StartsWith('/'))
            {
                _vault.Secrets[name[1..]] = "throwaway";
                return true;
            }

            return (called == "Set-Secret" || (called == "Remove-Secret" && !removes)) && Fail("error", cmdlet);
        };

        string message = Create().RequireError("VaultUnavailable").ToString();

        Assert.Equal(removes ? 0 : 1, _vault.Secrets.Count);
        Assert.All(_vault.Secrets.Keys, name => Assert.Contains($"The throwaway secret '{name}' may be left in it.", message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_vault_whose_list_never_forgets_takes_keys_and_each_removal_is_told_of()
    {
        var everSet = new List<string>();
        _vault.Instead = (called, cmdlet) =>
        {
            if (called == "Set-Secret")
            {
                everSet.Add((string)cmdlet.MyInvocation.BoundParameters["Name"]);
            }

            if (called == "Get-SecretInfo")
            {
                everSet.ForEach(name => cmdlet.WriteObject(Row(("Name", name), ("Metadata", _vault.Metadata.GetValueOrDefault(name)))));
            }

            return called == "Get-SecretInfo";
        };

        Create().RequireNoError();
        CommandResult rotated = Try("Set-LlmConfig work -ApiKey $key", ("key", Secure(Other))).RequireNoError();

        Assert.Contains("still lists the secret", Assert.Single(rotated.Warnings), StringComparison.Ordinal);
        Assert.Equal(Other, KeyOf("work"));
        Assert.Single(Store.Intents);
        _vault.Instead = null;
        Run("Set-LlmConfig work -Model m1");
        Assert.Equal([Other], _vault.Secrets.Values);
    }

    [Fact]
    public void A_removal_that_a_vault_calls_done_and_did_not_do_is_told_and_tried_again()
    {
        Create().RequireNoError();
        _vault.Instead = (called, _) => called == "Remove-Secret";
        Assert.Contains("says that it removed the secret", Assert.Single(Try("Remove-LlmConfig work").RequireNoError().Warnings), StringComparison.Ordinal);
        Assert.Single(_vault.Secrets);
        Assert.Single(Store.Intents);

        // Signed out: nothing is there, nothing is listed, everything succeeds.
        _vault.Instead = (called, cmdlet) => called != "Get-SecretVault" && called != "Get-Secret";
        _vault.Value = _ => null;
        CommandResult signedOut = Try("New-LlmConfig other openai -ApiKey $key -Vault LlmConfig; Repair-LlmConfig -Confirm:$false", ("key", Secure(Other)));
        Assert.Contains("so whether it removed the key cannot be told", Assert.Single(signedOut.Warnings), StringComparison.Ordinal);
        Assert.Single(Store.Intents);

        _vault.Instead = null;
        _vault.Value = null;
        Run("New-LlmConfig next openai -ApiKey $key -Vault Team", ("key", Secure(Other)));
        Assert.Equal([Other], _vault.Secrets.Values);
        Assert.Empty(Store.Intents);
    }

    [Fact]
    public void SecretManagement_is_not_loaded_before_a_configuration_needs_it()
    {
        Run("New-LlmConfig a openai -ApiKey $key; Get-LlmConfigKey a; Set-LlmConfig a -NewName b; Get-LlmConfigStore; Remove-LlmConfig b", ("key", Secure(Key)));
        Assert.False(_vault.IsLoaded);
        Create().RequireNoError();
        Assert.True(_vault.IsLoaded);
    }

    [Fact]
    public void A_key_is_handed_over_as_a_SecureString_only_and_no_question_is_asked_inside()
    {
        Shell.Host.Answers.Enqueue("Yes");
        Create("-Vault Team -Confirm").RequireNoError();
        Assert.Single(Shell.Host.Questions);
        Assert.All(CallsOf("Set-Secret"), set => Assert.IsType<System.Security.SecureString>(set["SecureStringSecret"]));
        Assert.DoesNotContain(Key, string.Concat(_vault.Calls.SelectMany(call => call.Parameters.Values.Cast<object>())), StringComparison.Ordinal);

        _vault.Calls.Clear();
        Run("$WhatIfPreference = $true; Set-LlmConfig work -ApiKey $key; Remove-LlmConfig work; $WhatIfPreference = $false", ("key", Secure(Other)));
        Assert.All(_vault.Calls, call => Assert.Equal("Get-SecretVault", call.Command));
        Run("$ConfirmPreference = 'Low'; Set-LlmConfig work -ApiKey $key -Confirm:$false; $ConfirmPreference = 'High'", ("key", Secure(Other)));
        Assert.Single(Shell.Host.Questions);
        Assert.Equal(Other, KeyOf("work"));
    }

    [Fact]
    public void Verbose_reaches_the_vault_when_the_caller_asked_for_it_and_says_which_vault_and_why()
    {
        Create().RequireNoError();
        Assert.All(_vault.Calls, call => Assert.False(call.Parameters.Contains("Verbose")));
        _vault.Calls.Clear();
        _vault.Register(isDefault: true);

        CommandResult result = Try("New-LlmConfig b openai -ApiKey $key -Verbose", ("key", Secure(Key))).RequireNoError();

        Assert.All(_vault.Calls, call => Assert.True(call.Parameters.Contains("Verbose")));
        Assert.Contains(result.Talk, text => text.Contains("'Team'. It is the default vault of SecretManagement (module TeamVault).", StringComparison.Ordinal));
        Assert.DoesNotContain(Key, Leaks.Text(result, Shell.Host), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Failures()
    {
        var data = new TheoryData<string, string, string>();
        foreach (string command in new[] { "Get-SecretVault", "Set-Secret", "Get-Secret" })
        {
            data.Add(command, "throw", "VaultUnavailable");
            data.Add(command, "error", "VaultUnavailable");
            data.Add(command, "locked", command == "Get-SecretVault" ? "VaultUnavailable" : "VaultLocked");
            data.Add(command, "gone", command == "Get-SecretVault" ? "VaultUnavailable" : "VaultNotFound");
            if (command != "Get-SecretVault")
            {
                data.Add(command, "echo", "VaultUnavailable");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_vault_that_fails_at_any_call_of_a_creation_creates_nothing_and_says_why(string command, string how, string code)
    {
        _vault.Instead = (called, cmdlet) => called == command && Fail(how, cmdlet);

        CommandResult result = Create();

        ErrorRecord error = result.RequireError(code);
        Assert.Equal(command == "Get-SecretVault" ? "Team" : "work", error.TargetObject);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        if (how is "error" or "throw")
        {
            Assert.Contains("VaultSaysNo", error.Exception.Message, StringComparison.Ordinal);
        }

        foreach (string form in Leaks.Forms(Key))
        {
            Assert.DoesNotContain(form, Leaks.Text(result, Shell.Host), StringComparison.OrdinalIgnoreCase);
        }

        Assert.Empty(Run("Get-LlmConfig").Output);
        _vault.Instead = null;

        // What the vault was tried with, and could not be asked to released, was named.
        foreach (string left in _vault.Secrets.Keys.ToList())
        {
            Assert.Contains(left, error.Exception.Message, StringComparison.Ordinal);
            Assert.StartsWith("throwaway-", _vault.Secrets[left], StringComparison.Ordinal);
            _vault.Secrets.Remove(left);
        }

        Assert.Empty(Run("New-LlmConfig other ollama; New-LlmConfig again openai -ApiKey $key -Vault Team", ("key", Secure(Other))).Warnings);
        Assert.Equal([Other], _vault.Secrets.Values);
        Assert.Empty(Store.Intents);
    }

    [Theory]
    [InlineData("throw", "VaultUnavailable")]
    [InlineData("locked", "VaultLocked")]
    [InlineData("gone", "VaultNotFound")]
    public void A_vault_that_does_not_give_a_key_leaves_the_configuration_readable(string how, string code)
    {
        Create().RequireNoError();
        _vault.Instead = (called, cmdlet) => called is "Get-Secret" or "Get-SecretInfo" && Fail(how, cmdlet);

        Try("Get-LlmConfigKey work").RequireError(code);

        Assert.Equal("work", Stored("work").Name);
        _vault.Instead = null;
        Assert.Equal(Key, KeyOf("work"));
    }

    [Fact]
    public void A_key_that_cannot_be_removed_is_removed_by_the_next_change_of_that_vault()
    {
        Create().RequireNoError();
        _vault.Instead = (called, cmdlet) => called == "Remove-Secret" && Fail("error", cmdlet);
        CommandResult result = Try("Remove-LlmConfig work").RequireNoError();
        Assert.Contains("VaultSaysNo", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Single(_vault.Secrets);
        Assert.Single(Store.Intents);

        _vault.Instead = null;
        Run("New-LlmConfig next openai -ApiKey $key -Vault Team", ("key", Secure(Other)));
        Assert.Equal([Other], _vault.Secrets.Values);
        Assert.Empty(Store.Intents);
    }

    [Fact]
    public void A_key_that_is_not_there_any_more_is_no_reason_to_fail_its_removal()
    {
        Create().RequireNoError();
        _vault.Secrets.Clear();
        CommandResult result = Try("$Error.Clear(); Remove-LlmConfig work; $Error.Count").RequireNoError();
        Assert.Equal(0, Assert.Single(result.Output).BaseObject);
        Assert.Empty(result.Warnings);
        Assert.Empty(Store.Intents);
    }

    [Fact]
    public void A_vault_that_loses_what_it_took_or_gives_something_else_creates_nothing()
    {
        _vault.Value = _ => null;
        Assert.Contains("cannot keep keys. It was given a throwaway secret, and took it without an error and does not have it.", Create().RequireError("VaultUnavailable").ToString(), StringComparison.Ordinal);
        _vault.Value = _ => Other;
        CommandResult wrong = Create();
        Assert.Contains("gives another one back", wrong.RequireError("VaultUnavailable").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Other, Leaks.Text(wrong, Shell.Host), StringComparison.Ordinal);
        _vault.Value = null;
        Assert.Empty(_vault.Secrets);
        Assert.Empty(Run("Get-LlmConfig").Output);

        Run("New-LlmConfig first openai -ApiKey $key -Vault Team", ("key", Secure(Key)));
        _vault.Value = name => _vault.Secrets[name] == Key ? Key : null;
        Assert.Contains("does not have it", Try("New-LlmConfig work openai -ApiKey $key -Vault Team", ("key", Secure(Other))).RequireError("VaultUnavailable").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_vault_that_lists_a_key_and_does_not_give_it_does_not_lack_it_and_never_gives_another()
    {
        Create().RequireNoError();
        string first = KeyId;
        Run("Set-LlmConfig work -ApiKey $key", ("key", Secure(Other)));
        _vault.Value = id => id == first ? Key : null;

        ErrorRecord error = Try("Get-LlmConfigKey work").RequireError("VaultUnavailable");

        Assert.Equal("work", error.TargetObject);
        Assert.Contains("does not give the secret", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(Run("Test-LlmConfig work").Output, item => item.BaseObject is CheckResult { Check: "Key", Status: CheckStatus.Unknown });
        _vault.Value = null;
        Assert.Equal(Other, KeyOf("work"));
    }

    [Fact]
    public void Metadata_that_the_vault_refuses_do_not_cost_the_key()
    {
        _vault.Instead = (called, cmdlet) => called == "Set-Secret" && cmdlet.MyInvocation.BoundParameters.ContainsKey("Metadata") && Fail("error", cmdlet);
        Create().RequireNoError();
        Assert.Equal(Key, KeyOf("work"));
        Assert.Empty(_vault.Metadata);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Metadata_never_go_with_the_secret_to_a_vault_that_does_not_take_them_so(bool hasCommand)
    {
        _vault.Register(takesMetadata: false);
        if (hasCommand)
        {
            string extension = Directory.CreateDirectory(Path.Combine(_vault.ModulePath, "TeamVault.Extension")).FullName;
            File.WriteAllText(Path.Combine(extension, "TeamVault.Extension.psm1"), "function Set-SecretInfo { }");
        }

        Create().RequireNoError();

        Assert.All(CallsOf("Set-Secret"), parameters => Assert.False(parameters.Contains("Metadata")));
        Assert.Equal(hasCommand ? 2 : 0, CallsOf("Set-SecretInfo").Count());
        Assert.Equal(hasCommand ? "work" : null, _vault.Metadata.GetValueOrDefault(KeyId)?["name"]);
        Assert.Equal(Key, KeyOf("work"));
    }

    [Fact]
    public void A_vault_that_has_no_command_for_metadata_after_all_keeps_the_key()
    {
        _vault.Register(takesMetadata: false);
        string extension = Directory.CreateDirectory(Path.Combine(_vault.ModulePath, "TeamVault.Extension")).FullName;
        File.WriteAllText(Path.Combine(extension, "TeamVault.Extension.psd1"), "# no Set-SecretInfo");
        _vault.Instead = (called, cmdlet) =>
        {
            if (called == "Set-SecretInfo")
            {
                cmdlet.WriteError(StandIn.Failure("SetSecretMetadataCommandNotSupported", ErrorCategory.NotImplemented));
            }

            return called == "Set-SecretInfo";
        };
        Assert.DoesNotContain(Create().RequireNoError().Warnings, text => text.Contains("metadata", StringComparison.Ordinal));
        Assert.Equal(Key, KeyOf("work"));
    }

    [Theory]
    [InlineData("Set-Secret")]
    [InlineData("Get-Secret")]
    [InlineData("Get-SecretVault")]
    public void Stopping_the_command_ends_a_vault_that_hangs_and_nothing_is_created(string command)
    {
        Run("New-LlmConfig local openai -ApiKey $key -Vault LlmConfig", ("key", Secure(Other)));
        using var hanging = new ManualResetEventSlim();
        _vault.Instead = (called, cmdlet) =>
        {
            if (called == command)
            {
                hanging.Set();
                cmdlet.InvokeCommand.InvokeScript("while ($true) { [Threading.Thread]::Sleep(10) }");
            }

            return false;
        };
        using System.Management.Automation.PowerShell pipeline = Shell.Start("New-LlmConfig work openai -ApiKey $key -Vault Team", ("key", Secure(Key)));
        IAsyncResult running = pipeline.BeginInvoke();
        Assert.True(hanging.Wait(TimeSpan.FromSeconds(60)));
        var watch = Stopwatch.StartNew();
        pipeline.Stop();
        Assert.True(running.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(60)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60));

        _vault.Instead = null;
        Assert.Single(Run("Get-LlmConfig").Output);
        Run("New-LlmConfig next openai -ApiKey $key -Vault Team", ("key", Secure(Other)));
        Assert.Equal([Other], _vault.Secrets.Values);
        Assert.Empty(Store.Intents);
    }

    [Fact]
    public void Calls_from_two_runspaces_at_once_reach_the_vault_one_after_the_other()
    {
        _vault.Instead = (_, _) =>
        {
            Thread.Sleep(3);
            return false;
        };
        var failures = new List<string>();
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(number => new Thread(() =>
        {
            using var shell = new Shell(Store);
            CommandResult result = shell.Invoke(
                "1..5 | & { process { New-LlmConfig \"n$number-$_\" openai -ApiKey $key -Vault Team } }", ("key", Secure(Key)), ("number", number));
            lock (failures)
            {
                failures.AddRange(result.Errors.Select(error => error.ToString()));
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Empty(failures);
        Assert.False(_vault.Overlapped);
        Assert.Equal((15, 15), (_vault.Secrets.Count, Run("Get-LlmConfig").Output.Count));
    }

    [Fact]
    public void Variables_of_the_caller_are_left_alone()
    {
        CommandResult result = Try(
            "$Name = 'n'; $Version = 'v'; $Module = 'm'; $Command = 'c'; $Parameters = 'p'; $Path = 'a'; "
            + "$null = New-LlmConfig work openai -ApiKey $key -Vault Team; \"$Name $Version $Module $Command $Parameters $Path\"",
            ("key", Secure(Key))).RequireNoError();
        Assert.Equal("n v m c p a", Assert.Single(result.Output).BaseObject);
    }

    [Fact]
    public void A_registration_of_this_module_is_the_built_in_vault_called_directly()
    {
        _vault.ModuleName = "LlmConfig.PowerShell";
        _vault.Register(isDefault: true);
        Assert.Equal("LlmConfig", Create("-Vault Team").RequireNoError().Configuration.Vault);
        Assert.Equal("LlmConfig", Try("New-LlmConfig b openai -ApiKey $key", ("key", Secure(Key))).RequireNoError().Configuration.Vault);
        Assert.Equal(2, Store.SealedFiles.Count);
        Assert.All(_vault.Calls, call => Assert.Equal("Get-SecretVault", call.Command));
        Assert.Contains("'Team'", Run("(Get-LlmConfigStore).DefaultVaultReason").Output[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_vault_whose_module_is_gone_says_what_to_install()
    {
        Directory.Delete(_vault.ModulePath);
        _vault.Register(isDefault: true);
        Assert.Contains("Install-Module TeamVault", Create(string.Empty).RequireError("VaultUnavailable").ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("TeamVault is not where it was", Run("(Get-LlmConfigStore).DefaultVaultReason").Output[0].ToString(), StringComparison.Ordinal);
        Create("-Vault LlmConfig").RequireNoError();
    }

    [Fact]
    public void A_name_that_is_not_registered_is_VaultNotFound_with_the_names_that_are()
    {
        ErrorRecord error = Create("-Vault Other").RequireError("VaultNotFound");
        Assert.Equal("Other", error.TargetObject);
        Assert.Contains("'Team', 'LlmConfig' (built in)", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registered default", "", "", "Team", "SecretManagement")]
    [InlineData("registered default", "LlmConfig", "", "LlmConfig", "Set-LlmConfigStore")]
    [InlineData("registered default", "", "LlmConfig", "LlmConfig", "SecretManagement")]
    [InlineData("registered default", "LlmConfig", "Team", "Team", "Set-LlmConfigStore")]
    [InlineData("registered", "", "", "LlmConfig", "no other was chosen")]
    [InlineData("registered", "Team", "", "Team", "Set-LlmConfigStore")]
    [InlineData("registered", "Team", "LlmConfig", "LlmConfig", "Set-LlmConfigStore")]
    [InlineData("registered", "", "Team", "Team", "no other was chosen")]
    [InlineData("damaged", "", "", "LlmConfig", "no other was chosen")]
    [InlineData("no file", "", "", "LlmConfig", "no other was chosen")]
    [InlineData("not installed", "", "", "LlmConfig", "no other was chosen")]
    public void A_new_key_goes_to_the_vault_named_else_the_stores_else_SecretManagements_else_the_built_in(
        string registry, string ofStore, string named, string expected, string reason)
    {
        _vault.Register(isDefault: registry != "registered");
        if (ofStore.Length > 0)
        {
            Run($"Set-LlmConfigStore -DefaultVault {ofStore}");
        }

        switch (registry)
        {
            case "damaged":
                File.WriteAllText(StandIn.RegistryFile(_vault.Home), "{ \"DefaultVaultName\": \"Team\", \"Vaults\": [");
                break;
            case "no file":
                File.Delete(StandIn.RegistryFile(_vault.Home));
                break;
            case "not installed":
                Directory.Delete(Path.Combine(Store.Modules, "Microsoft.PowerShell.SecretManagement"), recursive: true);
                break;
        }

        StoreInfo info = Assert.IsType<StoreInfo>(Assert.Single(Run("Get-LlmConfigStore").Output).BaseObject);
        Assert.Contains(reason, info.DefaultVaultReason, StringComparison.Ordinal);
        if (named.Length == 0)
        {
            Assert.Equal(expected, info.DefaultVault);
        }

        Assert.Equal(expected, Create(named.Length == 0 ? string.Empty : $"-Vault {named}").RequireNoError().Configuration.Vault);
    }

    private static bool Fail(string how, PSCmdlet cmdlet)
    {
        switch (how)
        {
            case "throw":
                cmdlet.ThrowTerminatingError(StandIn.Failure("VaultSaysNo", ErrorCategory.InvalidOperation));
                break;
            case "error":
                cmdlet.WriteError(StandIn.Failure("VaultSaysNo", ErrorCategory.InvalidOperation, new InvalidOperationException("outside", new IOException("inside"))));
                break;
            case "locked":
                cmdlet.WriteError(StandIn.Failure("GetSecretException", ErrorCategory.InvalidOperation, new PasswordRequiredException()));
                break;
            case "gone":
                cmdlet.ThrowTerminatingError(StandIn.Failure("GetSecretVaultNotFound", ErrorCategory.ObjectNotFound));
                break;
            case "echo":
                cmdlet.WriteError(StandIn.Failure("VaultSaysNo", ErrorCategory.InvalidOperation, new InvalidOperationException($"I cannot keep {Key} here.")));
                break;
        }

        return true;
    }

    private sealed class PasswordRequiredException : Exception;
}
