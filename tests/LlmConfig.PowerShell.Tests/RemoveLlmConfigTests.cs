namespace LlmConfig.Tests;

public sealed class RemoveLlmConfigTests : EngineTest
{
    public RemoveLlmConfigTests()
    {
        Run("New-LlmConfig a openai -ApiKey $key; New-LlmConfig b openai; New-LlmConfig 'a[1]' openai -ApiKey $key", ("key", Secure("sk-one")));
    }

    [Theory]
    [InlineData("Remove-LlmConfig a", "a[1],b")]
    [InlineData("Remove-LlmConfig 'a[1]'", "a,b")]
    [InlineData("Remove-LlmConfig a* -Force", "b")]
    [InlineData("Remove-LlmConfig a, b -Confirm:$false", "a[1]")]
    [InlineData("'a', 'A', ' a ' | Remove-LlmConfig", "a[1],b")]
    [InlineData("Get-LlmConfig | Remove-LlmConfig -Force", "")]
    [InlineData("Get-LlmConfig a | Remove-LlmConfig", "a[1],b")]
    [InlineData("Remove-LlmConfig none*", "a,a[1],b")]
    public void What_is_named_goes(string script, string left)
    {
        Assert.Empty(Run(script).Output);

        Assert.Equal(left, string.Join(',', Run("Get-LlmConfig").Names));
    }

    [Theory]
    [InlineData("Remove-LlmConfig *")]
    [InlineData("Remove-LlmConfig b*")]
    [InlineData("Remove-LlmConfig a, b")]
    [InlineData("Get-LlmConfig | Remove-LlmConfig")]
    public void Several_or_a_pattern_are_asked_about_and_where_nobody_answers_nothing_goes(string script)
    {
        Shell.Host.Answers.Enqueue("No");
        Assert.Empty(Try(script).Errors);
        Assert.Single(Shell.Host.Questions, question => question.Contains("'b'", StringComparison.Ordinal));
        Assert.Equal(3, Run("Get-LlmConfig").Output.Count);

        Try(script).RequireError("InvalidArgument");
        Assert.Equal(3, Run("Get-LlmConfig").Output.Count);

        Shell.Host.Answers.Enqueue("Yes");
        Run(script);
        Assert.DoesNotContain("b", Run("Get-LlmConfig").Names);
    }

    [Fact]
    public void Rows_ids_and_deserialized_objects_name_what_goes()
    {
        Run("$row | Remove-LlmConfig", ("row", Row(("Name", "b"), ("Provider", "openai"))));
        Run("$old | Remove-LlmConfig", ("old", Deserialized(Stored("a"))));
        Run("Remove-LlmConfig -Id $id", ("id", Stored("a[1]").Id));

        Assert.Empty(Run("Get-LlmConfig").Output);
    }

    [Fact]
    public void A_snapshot_never_removes_what_took_its_name()
    {
        LlmConfiguration old = Stored("b");
        Run("Remove-LlmConfig b; New-LlmConfig b openai");

        Try("$old | Remove-LlmConfig", ("old", old)).RequireError("NotFound");
        Try("$old | Remove-LlmConfig", ("old", Deserialized(old))).RequireError("NotFound");
        Assert.Equal(3, Run("Get-LlmConfig").Output.Count);
    }

    [Fact]
    public void The_key_goes_too_in_one_commit()
    {
        long before = Store.Revision;

        Run("Remove-LlmConfig * -Force");

        Assert.Empty(Store.SealedFiles);
        Assert.Empty(Store.Intents);
        Assert.Equal(before + 1, Store.Revision);
    }

    [Fact]
    public void KeepKey_leaves_the_key_in_its_vault()
    {
        IReadOnlyList<string> before = Store.SealedFiles;

        Run("Remove-LlmConfig a -KeepKey");

        Assert.Equal(before, Store.SealedFiles);
        Assert.DoesNotContain("a", Run("Get-LlmConfig").Names);
    }

    [Fact]
    public void A_name_that_is_not_there_does_not_stop_the_others()
    {
        Try("Remove-LlmConfig nobody, a").RequireError("NotFound");

        Assert.Equal(["a[1]", "b"], Run("Get-LlmConfig").Names);
    }
}
