using System.Security;

namespace LlmConfig.Tests;

/// <summary>Invoke-LlmConfigRotation with the engine hosted: binding, blocks, errors. What it does is the core's, and tested there.</summary>
public sealed class InvokeLlmConfigRotationTests : EngineTest
{
    private const string First = "sk-test-first-7f3a9c";
    private const string Second = "sk-test-second-5d2b8e";

    public InvokeLlmConfigRotationTests()
    {
        Run("New-LlmConfig work openai -BaseUrl http://127.0.0.1:9/v1 -ApiKey $key", ("key", Secure(First)));
        Run("$global:seen = @(); function Plain($key) { [Net.NetworkCredential]::new('', $key).Password }", ("second", Second), ("secure", Secure(Second)));
    }

    [Theory]
    [InlineData("$second")]
    [InlineData("$secure")]
    public void The_blocks_get_the_keys_as_SecureStrings(string made)
    {
        CommandResult result = Run(
            "Invoke-LlmConfigRotation work { param($Old) $global:seen += $Old.GetType(), (Plain $Old); "
            + made + " } -Revoke { param($Old, $New) 'dropped'; $global:seen += (Plain $Old), (Plain $New) } -SkipOnlineCheck");

        KeyRotationResult rotated = Assert.IsType<KeyRotationResult>(Assert.Single(result.Output).BaseObject);
        Assert.Equal(("work", false, true), (rotated.Name, rotated.IsChecked, rotated.IsRevoked));
        Assert.Equal([typeof(SecureString), First, First, Second], Run("$seen").Output.Select(item => item.BaseObject));
        Assert.Equal(Second, KeyOf("work"));
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void A_new_key_that_could_not_be_checked_is_kept_and_not_made_again()
    {
        const string rotate = "Invoke-LlmConfigRotation work { $global:seen += 'made'; $second } -Revoke { }";
        CommandResult failed = Try(rotate);

        ErrorRecord error = failed.RequireError("InvalidKey");
        Assert.Equal("work", error.TargetObject);
        Assert.Contains("is not finished", Assert.Single(failed.Warnings), StringComparison.Ordinal);
        Assert.Equal(First, KeyOf("work"));
        Assert.Contains(Run("Test-LlmConfig work").Output, item => item.BaseObject is CheckResult { Check: "Rotation", Status: CheckStatus.Warning });
        Run(rotate + " -SkipOnlineCheck");
        Assert.Equal(Second, KeyOf("work"));
        Assert.Single(Run("$seen").Output);
    }

    [Theory]
    [InlineData("throw 'no'")]
    [InlineData("[int]::Parse('x')")]
    [InlineData("Get-Item nowhere -ErrorAction Stop")]
    [InlineData("$global:LASTEXITCODE = 3")]
    public void A_revocation_that_failed_is_an_error_and_is_done_again(string block)
    {
        CommandResult failed = Try("Invoke-LlmConfigRotation work { $second } -SkipOnlineCheck -Revoke { " + block + " }");

        Assert.NotEmpty(failed.Errors);
        Assert.Empty(failed.Output);
        Assert.Contains("is not finished", Assert.Single(failed.Warnings), StringComparison.Ordinal);
        Assert.Equal(Second, KeyOf("work"));
        CommandResult next = Run("Invoke-LlmConfigRotation work { throw 'It is made already.' } -Revoke { $global:seen += 'revoked' }");
        Assert.True(Assert.IsType<KeyRotationResult>(Assert.Single(next.Output).BaseObject).IsRevoked);
        Assert.Single(Run("$seen").Output);
    }

    [Theory]
    [InlineData("throw 'no'")]
    [InlineData("")]
    [InlineData("$second, $second")]
    [InlineData("42")]
    [InlineData("$second; $global:LASTEXITCODE = 3")]
    public void A_block_that_gives_no_key_leaves_the_old_one(string block)
    {
        CommandResult failed = Try("Invoke-LlmConfigRotation work { " + block + " } -SkipOnlineCheck");

        _ = failed.Error;
        Assert.Empty(failed.Output);
        Assert.Equal(First, KeyOf("work"));
        Assert.Contains("not known here", Run("Invoke-LlmConfigRotation work -Abandon").Warnings[^1], StringComparison.Ordinal);
        Try("Invoke-LlmConfigRotation work -Abandon").RequireError("NotFound");
    }

    [Fact]
    public void Each_configuration_that_is_piped_in_is_rotated()
    {
        Run("New-LlmConfig other openai -ApiKey $key", ("key", Secure("sk-test-other-1e4d6a")));

        CommandResult result = Run("Get-LlmConfig | Invoke-LlmConfigRotation { $second + $global:seen.Count; $global:seen += 1 } -Revoke { } -SkipOnlineCheck");

        Assert.Equal(["other", "work"], result.Output.Select(item => ((KeyRotationResult)item.BaseObject).Name));
        Assert.Equal([Second + "0", Second + "1"], [KeyOf("other"), KeyOf("work")]);
    }

    [Theory]
    [InlineData("Invoke-LlmConfigRotation work")]
    [InlineData("Invoke-LlmConfigRotation work { $second } -Abandon")]
    public void Either_a_block_or_Abandon_is_given(string command) => Try(command).RequireError("InvalidArgument");

    [Fact]
    public void Stopped_while_a_key_is_made_it_can_go_on()
    {
        using var shown = new ManualResetEventSlim();
        using System.Management.Automation.PowerShell pipeline = Shell.Start(
            "Invoke-LlmConfigRotation work { $shown.Set(); while ($true) { [Threading.Thread]::Sleep(1) } } -SkipOnlineCheck", ("shown", shown));
        IAsyncResult running = pipeline.BeginInvoke();
        Assert.True(shown.Wait(TimeSpan.FromMinutes(1)), "The block should run.");
        pipeline.Stop();
        Assert.Throws<PipelineStoppedException>(() => pipeline.EndInvoke(running));

        Assert.Equal(First, KeyOf("work"));
        CommandResult next = Run("Invoke-LlmConfigRotation work { $second } -Revoke { } -SkipOnlineCheck");
        Assert.Contains("may have a key from then", Assert.Single(next.Warnings), StringComparison.Ordinal);
        Assert.Equal(Second, KeyOf("work"));
    }
}
