namespace LlmConfig.Cli.Tests;

/// <summary>Keys in registered vaults, through a stand-in for pwsh that behaves well or badly.</summary>
public sealed class PwshVaultTests : IDisposable
{
    private const string Opened = """answer('{"isBuiltIn":false,"vault":"Team","takesLabels":false,"needsProbe":false}');""";
    private const string Id = "llm-api-key-0123456789abcdef0123456789abcdef";

    private readonly PwshHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Without_a_pwsh_the_error_says_how_to_get_one()
    {
        _home.Set("PATH", _home.Folder);
        using PwshVaultSource source = _home.Source();

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => source.Open("Team"));

        Assert.Equal(LlmConfigErrorCode.SecretManagementMissing, error.Code);
        Assert.Contains("LLMCONFIG_PWSH", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("--vault LlmConfig", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("/no/such/pwsh")]
    [InlineData("bin/pwsh")]
    [InlineData("pwsh-that-is-not-there")]
    public void A_wrong_LLMCONFIG_PWSH_is_an_error_that_names_it(string named)
    {
        _home.Set("LLMCONFIG_PWSH", named);
        _home.Set("PATH", "/usr/bin:.:");
        using PwshVaultSource source = _home.Source();

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => source.Open("Team"));

        Assert.Equal(LlmConfigErrorCode.SecretManagementMissing, error.Code);
        Assert.Contains(named, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_started_is_an_error_too()
    {
        string file = Path.Combine(_home.Folder, "text");
        File.WriteAllText(file, "not a program");
        _home.Set("LLMCONFIG_PWSH", file);
        using PwshVaultSource source = _home.Source();

        Assert.Equal(LlmConfigErrorCode.SecretManagementMissing, Assert.Throws<LlmConfigException>(() => source.Open("Team")).Code);
    }

    [Fact]
    public void The_default_vault_is_SecretManagements_and_no_pwsh_is_started_to_know_it()
    {
        using PwshVaultSource source = _home.Source();
        Assert.Null(source.DefaultVault);

        _home.Register("Team", ("Team", "Some.Module"));
        Assert.Equal("Team", source.DefaultVault?.Name);

        _home.Register("Mine", ("Mine", "LlmConfig.PowerShell"));
        Assert.Equal("LlmConfig", source.DefaultVault?.Name);
        Assert.Null(source.Open("Mine"));
    }

    [SkippableFact]
    public void A_key_comes_back_as_it_was_given_and_the_vaults_name_is_data()
    {
        const string Odd = "a'; Write-Host $(1+1) \"b\" `c` é";
        _home.StandIn("""
            open(my $log, '>>', "$ENV{LLMCONFIG_TEST_LOG}"); print $log "$json\n"; close $log;
            our $kept; $kept = $key if length $key;
            answer('{"isBuiltIn":false,"vault":"Team","takesLabels":false,"needsProbe":false}', $json =~ /"action":"read"/ ? $kept : '');
            """.Replace("$ENV{LLMCONFIG_TEST_LOG}", Path.Combine(_home.Folder, "log"), StringComparison.Ordinal));
        using PwshVaultSource source = _home.Source();
        using ApiKey key = ApiKey.From("sk-test-é\"'$", null);

        IKeyVault vault = source.Open(Odd)!;
        vault.Write(Id, key, Label(), CancellationToken.None);
        using ApiKey back = vault.Read(Id, CancellationToken.None);

        Assert.True(back.HasSameValue(key));
        string log = File.ReadAllText(Path.Combine(_home.Folder, "log"));
        Assert.DoesNotContain("sk-test", log, StringComparison.Ordinal);
        using var first = System.Text.Json.JsonDocument.Parse(log.Split('\n')[0]);
        Assert.Equal(Odd, first.RootElement.GetProperty("vault").GetString());
    }

    [SkippableFact]
    public void What_a_vault_prints_is_not_taken_for_an_answer()
    {
        _home.StandIn("""print "Enter password: "; print "\n", '0' x 32, " 2 0\n{}"; print STDERR "noise\n" x 100000;""" + Opened);
        using PwshVaultSource source = _home.Source();

        Assert.Equal("Team", source.Open("Team")?.Name);
    }

    [SkippableTheory]
    [InlineData("exit 3;", "exit code 3")]
    [InlineData("print STDERR \"\\n\\e[31mNo module\\n\"; exit 1;", "No module")]
    [InlineData("kill 9, $$;", "ended without an answer")]
    [InlineData("print 'x' x 3000000;", "makes no sense")]
    [InlineData("print \"\\n$mark 999999999999 0\\n\";", "makes no sense")]
    [InlineData("print \"\\n$mark 2 20000\\n{}\";", "makes no sense")]
    [InlineData("print \"\\n$mark -1 0\\n\";", "makes no sense")]
    [InlineData("print \"\\n$mark 900 0\\n{\"; exit 0;", "ended without an answer")]
    [InlineData("answer('{');", "makes no sense")]
    [InlineData("answer('[]');", "makes no sense")]
    [InlineData("answer('{}');", "makes no sense")]
    [InlineData("answer('{\"isBuiltIn\":7}');", "makes no sense")]
    public void A_pwsh_that_misbehaves_is_an_error_in_one_line_and_is_not_asked_again(string perl, string reason)
    {
        string log = Path.Combine(_home.Folder, "asked");
        _home.StandIn($"open(my $log, '>>', '{log}'); print $log 'x'; close $log; {perl}");
        using PwshVaultSource source = _home.Source();

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => source.Open("Team"));
        Assert.Throws<LlmConfigException>(() => source.Open("Team"));

        Assert.Equal(LlmConfigErrorCode.VaultUnavailable, error.Code);
        Assert.Contains(reason, error.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Equal("x", File.ReadAllText(log));
    }

    [SkippableTheory]
    [InlineData("sleep 1 while 1;")]
    [InlineData("system('sleep 600');")]
    public void A_vault_that_hangs_is_given_up_after_the_time_limit_and_its_pwsh_is_gone(string perl)
    {
        string pid = Path.Combine(_home.Folder, "pid");
        _home.StandIn($"open(my $f, '>', '{pid}'); print $f $$; close $f; {perl}");
        _home.Set("LLMCONFIG_PWSH_TIMEOUT", "1");
        using PwshVaultSource source = _home.Source();

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => source.Open("Team"));

        Assert.Equal(LlmConfigErrorCode.VaultUnavailable, error.Code);
        Assert.Contains("within 1 seconds", error.Problem, StringComparison.Ordinal);
        Assert.Contains("LLMCONFIG_PWSH_TIMEOUT", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(IsRunning(pid));
    }

    [SkippableFact]
    public void A_call_that_is_given_up_ends_its_pwsh()
    {
        string pid = Path.Combine(_home.Folder, "pid");
        string asked = Path.Combine(_home.Folder, "asked");
        _home.StandIn($"if ($json =~ /\"read\"/) {{ open(my $f, '>', '{pid}'); print $f $$; close $f; open($f, '>', '{asked}'); close $f; sleep 1 while 1; }} {Opened}");
        using PwshVaultSource source = _home.Source();
        IKeyVault vault = source.Open("Team")!;
        using var given = new CancellationTokenSource();
        var waiting = new Thread(() =>
        {
            SpinWait.SpinUntil(() => File.Exists(asked));
            given.Cancel();
        });
        waiting.Start();

        Assert.Throws<OperationCanceledException>(() => vault.Read(Id, given.Token));

        waiting.Join();
        Assert.False(IsRunning(pid));
    }

    [SkippableFact]
    public void Errors_of_the_adapter_arrive_with_their_code_in_the_words_of_this_program()
    {
        _home.StandIn("""answer('{"error":{"code":"VaultLocked","target":"k","problem":"It is locked.","recommendedAction":"Unlock it with Unlock-SecretVault."}}');""");
        using PwshVaultSource source = _home.Source();

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => source.Open("Team"));

        Assert.Equal(LlmConfigErrorCode.VaultLocked, error.Code);
        Assert.Equal("It is locked.", error.Problem);
        Assert.DoesNotContain("Unlock-SecretVault", error.RecommendedAction, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void After_a_vault_that_hung_another_one_is_still_served()
    {
        _home.StandIn("""sleep 1 while $json =~ /Slow/;""" + Opened);
        _home.Set("LLMCONFIG_PWSH_TIMEOUT", "1");
        using PwshVaultSource source = _home.Source();

        Assert.Throws<LlmConfigException>(() => source.Open("Slow"));
        _home.Set("LLMCONFIG_PWSH_TIMEOUT", "60");

        Assert.NotNull(source.Open("Team"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("99999999999")]
    public void A_time_limit_that_is_no_number_of_seconds_is_an_error(string limit)
    {
        _home.Set("LLMCONFIG_PWSH", Executable.Write(Path.Combine(_home.Folder, "pwsh"), "#!/bin/sh"));
        _home.Set("LLMCONFIG_PWSH_TIMEOUT", limit);
        using PwshVaultSource source = _home.Source();

        Assert.Contains("LLMCONFIG_PWSH_TIMEOUT", Assert.Throws<LlmConfigException>(() => source.Open("Team")).Problem, StringComparison.Ordinal);
    }

    private static KeyLabel Label() => KeyLabel.TryFrom(new Dictionary<string, object?>
    {
        ["store"] = Guid.NewGuid(),
        ["configuration"] = Guid.NewGuid(),
        ["name"] = "work",
        ["provider"] = "openai",
        ["useAuthHeader"] = "true",
        ["createdAt"] = DateTime.UtcNow,
    })!;

    private static bool IsRunning(string pidFile)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadAllText(pidFile), System.Globalization.CultureInfo.InvariantCulture));
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
