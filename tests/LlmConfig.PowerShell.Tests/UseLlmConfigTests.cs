namespace LlmConfig.Tests;

public sealed class UseLlmConfigTests : EnvironmentTest
{
    private const string Show = "\"$($env:OPENAI_API_KEY)|$($env:OPENAI_BASE_URL)|$($env:OPENAI_MODEL)|$($env:ANTHROPIC_API_KEY)|$($env:MY_KEY)\"";

    private static string OfWork => $"{One}|https://api.openai.com/v1|gpt-5||";

    [Theory]
    [InlineData("Use-LlmConfig work { SHOW }")]
    [InlineData("Use-LlmConfig { SHOW }")]
    [InlineData("Use-LlmConfig -ScriptBlock { SHOW }")]
    [InlineData("Use-LlmConfig -Name work { SHOW }")]
    [InlineData("Use-LlmConfig { SHOW } -Name work")]
    [InlineData("Use-LlmConfig -ScriptBlock { SHOW } work")]
    [InlineData("Use-LlmConfig ' WORK ' { SHOW }")]
    [InlineData("$n = 'work'; $b = { SHOW }; Use-LlmConfig $n $b")]
    [InlineData("Use-LlmConfig -Id (Get-LlmConfig work).Id { SHOW }")]
    [InlineData("Use-LlmConfig -InputObject (Get-LlmConfig work) { SHOW }")]
    [InlineData("Get-LlmConfig work | Use-LlmConfig { SHOW }")]
    [InlineData("'work' | Use-LlmConfig { SHOW }")]
    [InlineData("[pscustomobject]@{ Name = 'work' } | Use-LlmConfig { SHOW }")]
    [InlineData("$s = @{ Name = 'work'; ScriptBlock = { SHOW } }; Use-LlmConfig @s")]
    public void The_parameters_bind_as_a_person_expects(string script)
    {
        Assert.Equal(OfWork, Output(Run(script.Replace("SHOW", Show, StringComparison.Ordinal))));
        Assert.Empty(Environment());
    }

    [Fact]
    public void A_configuration_that_came_through_a_job_is_used()
    {
        Assert.Equal(OfWork, Output(Run($"$old | Use-LlmConfig {{ {Show} }}", ("old", Deserialized(Stored("work"))))));
    }

    [Fact]
    public void Many_configurations_run_the_block_one_after_the_other()
    {
        Assert.Equal(
            $"{One}|| |{Two}| ||http://127.0.0.1:11434",
            Output(Run("Get-LlmConfig work, claude, local | Use-LlmConfig { \"$env:OPENAI_API_KEY|$env:ANTHROPIC_API_KEY|$env:OLLAMA_HOST\" }")));
        CommandResult result = Try("'work', 'nope', 'claude' | Use-LlmConfig { 'ran' }");
        Assert.Equal("ran ran", Output(result));
        result.RequireError("NotFound");
    }

    [Fact]
    public void Several_names_are_used_at_once_and_the_first_decides_about_what_they_share()
    {
        const string show = "\"$env:OPENAI_API_KEY $env:ANTHROPIC_API_KEY $env:COPILOT_PROVIDER_TYPE $env:LLMCONFIG_ACTIVE\"";
        Assert.Equal($"{One} {Two} openai work, claude", Output(Run($"Use-LlmConfig work, claude {{ {show} }}")));
        Assert.Equal($"{One} {Two} anthropic claude, work", Output(Run($"Use-LlmConfig claude, WORK, work {{ {show} }}")));
        Assert.Equal("work claude", Output(Run("Use-LlmConfig work, claude { (Get-LlmConfig -Active).Name }")));
        Assert.Empty(Environment());
        Assert.Null(System.Environment.GetEnvironmentVariable("LLMCONFIG_ACTIVE"));
    }

    [Theory]
    [InlineData("Use-LlmConfig work, second { 'ran' }", "'work' and 'second' cannot be used at once: both decide about the variable OPENAI_API_KEY.")]
    [InlineData("Use-LlmConfig claude, bearer { 'ran' }", "'claude' and 'bearer' cannot be used at once: both decide about the variable ANTHROPIC_API_KEY.")]
    [InlineData("Use-LlmConfig work, claude -Variable MY_KEY { 'ran' }", "'work' and 'claude' cannot be used at once: both decide about the variable MY_KEY.")]
    public void Two_that_decide_about_one_variable_are_an_error_that_names_it(string script, string message)
    {
        Run("New-LlmConfig second openai -ApiKey $key; New-LlmConfig bearer anthropic -UseAuthHeader $true -ApiKey $key", ("key", Secure(Two)));

        CommandResult result = Try(script);

        Assert.Contains(message, result.RequireError("InvalidArgument").ToString(), StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Empty(Environment());
    }

    [Fact]
    public void One_of_several_that_is_not_there_leaves_the_block_unrun()
    {
        CommandResult result = Try("Use-LlmConfig work, cluade { 'ran' }");

        Assert.Contains("Did you mean 'claude'?", result.RequireError("NotFound").ToString() + result.Errors[0].ErrorDetails?.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Empty(Environment());
    }

    [Theory]
    [InlineData("1..3 | Use-LlmConfig work { foreach ($i in $input) { $i * 2 } }", "2 4 6")]
    [InlineData("1..3 | Use-LlmConfig work { begin { 'b' } process { $_ * 2 } end { $env:LLMCONFIG_ACTIVE } }", "b 2 4 6 work")]
    [InlineData("1..2 | Use-LlmConfig -Id (Get-LlmConfig work).Id { @($input).Count }", "2")]
    [InlineData("1..2 | Use-LlmConfig -InputObject (Get-LlmConfig work) { @($input).Count }", "2")]
    [InlineData("@() | Use-LlmConfig work { @($input).Count }", "0")]
    [InlineData("$null | Use-LlmConfig work { @($input).Count }", "1")]
    [InlineData("Get-LlmConfig claude | Use-LlmConfig work { $input.Name; $env:LLMCONFIG_ACTIVE }", "claude work")]
    [InlineData("'x' | Use-LlmConfig work, claude { \"$input $env:LLMCONFIG_ACTIVE\" }", "x work, claude")]
    [InlineData("'work', 'claude' | Use-LlmConfig { $env:LLMCONFIG_ACTIVE }", "work claude")]
    public void What_is_piped_in_reaches_the_block_where_the_arguments_say_which_configuration_is_meant(string script, string output)
    {
        Assert.Equal(output, Output(Run(script)));
        Assert.Empty(Environment());
    }

    [Theory]
    [InlineData("Use-LlmConfig nope { 'ran' }", "NotFound")]
    [InlineData("Use-LlmConfig '' { 'ran' }", "NotFound")]
    [InlineData("Use-LlmConfig -Name $null { 'ran' }", "NotFound")]
    [InlineData("Use-LlmConfig 5 { 'ran' }", "NotFound")]
    [InlineData("Use-LlmConfig wor* { 'ran' }", "NotFound")]
    [InlineData("Use-LlmConfig keyless { 'ran' }", "KeyMissing")]
    [InlineData("Use-LlmConfig work -Variable 'a b' { 'ran' }", "InvalidName")]
    [InlineData("Use-LlmConfig work -Variable '' { 'ran' }", "InvalidName")]
    [InlineData("Use-LlmConfig work -Variable $null { 'ran' }", "InvalidName")]
    [InlineData("Use-LlmConfig $null { 'ran' }", "ParameterArgumentValidationErrorNullNotAllowed")]
    [InlineData("Use-LlmConfig work 'ran'", "MissingMandatoryParameter")]
    public void What_cannot_be_used_is_an_error_and_the_block_does_not_run(string script, string error)
    {
        CommandResult result = Try(script);
        result.RequireError(error);
        Assert.Empty(result.Output);
        Assert.Empty(Environment());
    }

    [Fact]
    public void What_would_win_is_gone_in_the_block_and_back_behind_it()
    {
        Store.SetVariable("ANTHROPIC_AUTH_TOKEN", "stale");
        Store.SetVariable("ANTHROPIC_BASE_URL", "http://stale");
        Store.SetVariable("GOOGLE_API_KEY", "stale");
        Store.SetVariable("MISTRAL_API_KEY", "of another provider");
        var before = Environment();

        Assert.Equal(
            $"{Two}||https://api.anthropic.com|stale|of another provider",
            Output(Run("Use-LlmConfig claude { \"$env:ANTHROPIC_API_KEY|$env:ANTHROPIC_AUTH_TOKEN|$env:ANTHROPIC_BASE_URL|$env:GOOGLE_API_KEY|$env:MISTRAL_API_KEY\" }")));
        Assert.Equal($"{Two}|", Output(Run("Use-LlmConfig gemini -Variable GEMINI_API_KEY { \"$env:GEMINI_API_KEY|$env:GOOGLE_API_KEY\" }")));
        Assert.Equal(before, Environment());
    }

    [Fact]
    public void UseAuthHeader_chooses_the_variable_of_anthropics_tools()
    {
        Run("Set-LlmConfig claude -UseAuthHeader $true");
        Assert.Equal($"|{Two}", Output(Run("Use-LlmConfig claude { \"$env:ANTHROPIC_API_KEY|$env:ANTHROPIC_AUTH_TOKEN\" }")));
    }

    [Fact]
    public void A_local_server_needs_no_key()
    {
        Assert.Equal("http://127.0.0.1:11434|", Output(Run("Use-LlmConfig local { \"$env:OLLAMA_HOST|$env:OLLAMA_API_KEY\" }")));
    }

    [Fact]
    public void Another_variable_gets_the_key()
    {
        Assert.Equal($"|https://api.openai.com/v1|gpt-5||{One}", Output(Run($"Use-LlmConfig work -Variable MY_KEY {{ {Show} }}")));
    }

    [Fact]
    public void Each_stream_of_the_block_stays_a_stream_of_its_own()
    {
        CommandResult result = Try(
            "Use-LlmConfig work { 1; Write-Error e; Write-Warning w; Write-Verbose v -Verbose; Write-Debug d -Debug; Write-Information i; 2 }");
        Assert.Equal("1 2", Output(result));
        Assert.Equal("e", result.Error.ToString());
        Assert.Equal(["w", "v", "d", "i"], result.Talk);
    }

    [Theory]
    [InlineData("2>&1", "1 e 2")]
    [InlineData("3>&1", "1 w 2")]
    [InlineData("*>&1", "1 e w i 2")]
    [InlineData("2>&1 3>&1", "1 e w 2")]
    public void Redirections_behind_the_command_take_the_streams_of_the_block_in_order(string redirection, string output)
    {
        CommandResult result = Try($"Use-LlmConfig work {{ 1; Write-Error e; Write-Warning w; Write-Information i; 2 }} {redirection}");
        Assert.Equal(output, Output(result));
    }

    [Fact]
    public void Redirected_errors_are_still_errors()
    {
        Assert.Equal("ErrorRecord ErrorRecord", Output(Run("Use-LlmConfig work { Write-Error e; /bin/sh -c 'echo e >&2' } 2>&1 | ForEach-Object { $_.GetType().Name }")));
    }

    [Fact]
    public void Output_comes_as_it_is_made_and_not_at_the_end()
    {
        Assert.Equal("made 1 seen 1 made 2 seen 2", Output(Run(
            "$log = [System.Collections.ArrayList]::new(); Use-LlmConfig work { 1..2 | ForEach-Object { $null = $log.Add(\"made $_\"); $_ } } | ForEach-Object { $null = $log.Add(\"seen $_\") }; $log")));
    }

    [Theory]
    [InlineData("$a = 1; Use-LlmConfig work { $a; $a = 2; $b = 3 }; $a; $b", "1 2 3")]
    [InlineData("function f($p) { Use-LlmConfig work { $p; $q = 5 }; $q }; f 4; \"[$q]\"", "4 5 []")]
    [InlineData("5 | ForEach-Object { Use-LlmConfig work { $_ } }", "5")]
    [InlineData("$m = New-Module { $x = 'inner'; function f { Use-LlmConfig work { $x } } }; $x = 'outer'; f", "inner")]
    [InlineData("function f { Use-LlmConfig work { return 1; 2 }; 3 }; f", "1 3")]
    public void The_block_runs_in_the_scope_of_the_caller(string script, string output) => Assert.Equal(output, Output(Run(script)));

    [Theory]
    [InlineData("foreach ($i in 1..3) { Use-LlmConfig work { if ($i -eq 2) { break }; $i } }; 'after'", "1 after")]
    [InlineData("foreach ($i in 1..3) { Use-LlmConfig work { if ($i -eq 2) { continue }; $i } }", "1 3")]
    [InlineData("Use-LlmConfig work { 1..9 } | ForEach-Object { if ($_ -eq 3) { return }; $_ }", "1 2 4 5 6 7 8 9")]
    [InlineData("try { Use-LlmConfig work { 1; throw 'x' } } catch { \"caught $_\" }", "1 caught x")]
    [InlineData("try { Use-LlmConfig work { 1; Write-Error x -ErrorAction Stop } } catch { \"caught $_\" }", "1 caught x")]
    [InlineData("try { Use-LlmConfig work { [int]'x' } } catch { 'caught' }", "caught")]
    [InlineData("try { Use-LlmConfig work { Get-LlmConfig nope -ErrorAction Stop } } catch { $_.FullyQualifiedErrorId.Split(',')[0] }", "NotFound")]
    [InlineData("try { Use-LlmConfig work { throw [System.InvalidOperationException]::new('x') } } catch [System.InvalidOperationException] { 'typed' }", "typed")]
    [InlineData("trap { 'trapped'; continue } Use-LlmConfig work { throw 'x' }; 'after'", "trapped after")]
    public void However_the_block_ends_it_ends_as_it_would_alone_and_the_environment_is_back(string script, string output)
    {
        Store.SetVariable("OPENAI_API_KEY", "before");
        Assert.Equal(output, Output(Run(script)));
        Assert.Equal("OPENAI_API_KEY", Assert.Single(Environment()).Key);
        Assert.Equal("before", System.Environment.GetEnvironmentVariable("OPENAI_API_KEY"));
    }

    [Theory]
    [InlineData("Use-LlmConfig work { throw 'x' }")]
    [InlineData("Use-LlmConfig work { exit 3 }")]
    [InlineData("Use-LlmConfig work { break }")]
    [InlineData("Use-LlmConfig work { Use-LlmConfig claude { Use-LlmConfig local { throw 'x' } } }")]
    [InlineData("$ErrorActionPreference = 'Stop'; Use-LlmConfig work { Write-Error x }")]
    [InlineData("Use-LlmConfig work { 1 } | ForEach-Object { throw 'x' }")]
    public void What_ends_the_script_leaves_the_environment_as_it_was(string script)
    {
        Try(script);
        Assert.Empty(Environment());
    }

    [Fact]
    public void The_exit_code_of_a_program_stays()
    {
        Assert.Equal("7", Output(Run("Use-LlmConfig work { /bin/sh -c 'exit 7' }; $LASTEXITCODE")));
        Assert.Equal("7", Output(Run("/bin/sh -c 'exit 7'; Use-LlmConfig work { }; $LASTEXITCODE")));
    }

    [Fact]
    public void A_program_gets_the_variables()
    {
        Assert.Equal($"{One} gpt-5", Output(Run("Use-LlmConfig work { /bin/sh -c 'echo $OPENAI_API_KEY $OPENAI_MODEL' }; /bin/sh -c 'printf %s $OPENAI_API_KEY'")));
    }

    [Theory]
    [InlineData("while ($true) { }")]
    [InlineData("/bin/sleep 60")]
    [InlineData("Use-LlmConfig claude { Use-LlmConfig local { while ($true) { } } }")]
    [InlineData("try { while ($true) { } } finally { $env:OPENAI_API_KEY = 'from finally' }")]
    public void Stopping_the_pipeline_puts_the_environment_back(string body)
    {
        Store.SetVariable("OPENAI_MODEL", "before");
        using var entered = new ManualResetEventSlim();
        using System.Management.Automation.PowerShell pipeline = Shell.Start($"Use-LlmConfig work {{ $null = $entered.Set(); {body} }}", ("entered", entered));
        IAsyncResult running = pipeline.BeginInvoke();
        Assert.True(entered.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(One, System.Environment.GetEnvironmentVariable("OPENAI_API_KEY"));

        pipeline.Stop();

        Assert.ThrowsAny<Exception>(() => pipeline.EndInvoke(running));
        Assert.Equal("OPENAI_MODEL", Assert.Single(Environment()).Key);
        Assert.Equal("ran", Output(Run("Use-LlmConfig work { 'ran' }")));
    }

    [Fact]
    public void Nested_blocks_see_their_own_and_then_the_outer_ones_variables()
    {
        Assert.Equal(
            $"{OfWork} {One}|https://api.openai.com/v1|gpt-5|{Two}| |https://api.openai.com/v1|gpt-5|{Two}|{One} {OfWork}",
            Output(Run($"Use-LlmConfig work {{ {Show}; Use-LlmConfig claude {{ {Show}; Use-LlmConfig work -Variable MY_KEY {{ {Show} }} }}; {Show} }}")));
        Assert.Empty(Environment());
    }

    [Fact]
    public void What_the_block_changes_in_its_variables_is_taken_back_and_what_it_changes_beyond_stays()
    {
        Store.SetVariable("OPENAI_BASE_URL", "before");
        Store.SetVariable("BEYOND", null);
        Run("Use-LlmConfig work { $env:OPENAI_API_KEY = 'x'; $env:OPENAI_BASE_URL = $null; $env:OPENAI_ORG_ID = 'y'; $env:BEYOND = 'stays' }");
        Assert.Equal("OPENAI_BASE_URL", Assert.Single(Environment()).Key);
        Assert.Equal("stays", System.Environment.GetEnvironmentVariable("BEYOND"));
    }

    [Fact]
    public void A_variable_that_was_empty_is_empty_again()
    {
        Store.SetVariable("OPENAI_ORG_ID", string.Empty);
        Run("Use-LlmConfig work { }");
        Assert.Equal(string.Empty, System.Environment.GetEnvironmentVariable("OPENAI_ORG_ID"));
    }

    [Fact]
    public void The_key_is_in_no_stream_and_verbose_names_the_variables()
    {
        CommandResult result = Try("Use-LlmConfig work { Write-Error x } -Verbose -Debug");
        Assert.DoesNotContain(One, Leaks.Text(result, Shell.Host), StringComparison.Ordinal);
        Assert.Contains(
            result.Talk,
            text => text.StartsWith("'work' sets OPENAI_API_KEY, COPILOT_PROVIDER_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, OPENAI_DEFAULT_MODEL, OPENAI_API_BASE, ", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_runspaces_at_once_are_warned_and_the_environment_is_back_when_both_have_ended()
    {
        Store.SetVariable("OPENAI_API_KEY", "before");
        Run("New-LlmConfig other openai -ApiKey $key", ("key", Secure("sk-test-other")));
        using var second = new Shell(Store);
        using var firstIn = new ManualResetEventSlim();
        using var firstOut = new ManualResetEventSlim();
        using System.Management.Automation.PowerShell first = Shell.Start(
            "Use-LlmConfig work { $null = $in.Set(); $null = $out.Wait() }", ("in", firstIn), ("out", firstOut));
        IAsyncResult running = first.BeginInvoke();
        Assert.True(firstIn.Wait(TimeSpan.FromSeconds(30)));

        // The first ends while the second runs.
        CommandResult result = second.Invoke(
            "Use-LlmConfig other { $null = $out.Set(); $first.EndInvoke($running); $env:OPENAI_API_KEY }",
            ("out", firstOut),
            ("first", first),
            ("running", running));

        Assert.Equal("sk-test-other", Output(result));
        Assert.Contains("'work'", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("before", System.Environment.GetEnvironmentVariable("OPENAI_API_KEY"));
        Assert.Single(Environment());
    }

    [Fact]
    public void The_same_configuration_twice_or_other_variables_are_no_rivals()
    {
        using var second = new Shell(Store);
        using var firstIn = new ManualResetEventSlim();
        using var firstOut = new ManualResetEventSlim();
        using System.Management.Automation.PowerShell first = Shell.Start(
            "Use-LlmConfig work { $null = $in.Set(); $null = $out.Wait() }", ("in", firstIn), ("out", firstOut));
        IAsyncResult running = first.BeginInvoke();
        Assert.True(firstIn.Wait(TimeSpan.FromSeconds(30)));

        Assert.Empty(second.Invoke("Use-LlmConfig work { }; Use-LlmConfig claude { }").RequireNoError().Warnings);
        firstOut.Set();
        first.EndInvoke(running);
        Assert.Empty(Environment());
    }

    [Theory]
    [InlineData("Use-LlmConfig wor", "work")]
    [InlineData("Use-LlmConfig two", "'two words'")]
    [InlineData("Enter-LlmConfig -Name cl", "claude")]
    [InlineData("Use-LlmConfig work -Variable ANTHROPIC_AU", "ANTHROPIC_AUTH_TOKEN")]
    [InlineData("Enter-LlmConfig work -Variable gem", "GEMINI_API_KEY")]
    public void Names_and_variables_complete(string line, string completion) =>
        Assert.Contains(Shell.Complete(line), match => match.CompletionText == completion);
}
