namespace LlmConfig.Tests;

public sealed class SerializationTests : EngineTest
{
    [Fact]
    public void A_configuration_keeps_its_type_name_and_all_properties()
    {
        Run("New-LlmConfig a openai -ApiKey $key -Model m -AsDefault", ("key", Secure("sk-one")));
        LlmConfiguration item = Stored("a");

        PSObject back = Deserialized(item);

        Assert.Equal("Deserialized.LlmConfig.LlmConfiguration", back.TypeNames[0]);
        foreach (System.Reflection.PropertyInfo property in typeof(LlmConfiguration).GetProperties())
        {
            Assert.Equal(property.GetValue(item), back.Properties[property.Name].Value);
        }

        Assert.Equal("a", back.ToString());
    }

    [Theory]
    [InlineData("Get-LlmConfig nobody")]
    [InlineData("New-LlmConfig a nobody")]
    [InlineData("New-LlmConfig a openai -ApiKeyFromEnvironment LLMCONFIG_TEST_UNSET")]
    public void An_error_reads_the_same(string script)
    {
        ErrorRecord error = Try(script).Error;

        PSObject back = Deserialized(error);

        Assert.Equal(error.FullyQualifiedErrorId, Text(back, "FullyQualifiedErrorId"));
        Assert.Equal(error.FullyQualifiedErrorId, back.BaseObject is ErrorRecord record ? record.FullyQualifiedErrorId : error.FullyQualifiedErrorId);
        Assert.Equal(error.TargetObject, back.Properties["TargetObject"]?.Value ?? back.Properties["ErrorRecord_TargetObject"]?.Value);
        Assert.Equal(error.ToString(), back.ToString());
        Assert.Contains(error.ErrorDetails.RecommendedAction, PSSerializer.Serialize(error), StringComparison.Ordinal);
    }

    private static string? Text(PSObject item, string name) =>
        (item.Properties[name]?.Value ?? item.Properties["ErrorRecord_" + name]?.Value) as string ?? (item.BaseObject as ErrorRecord)?.FullyQualifiedErrorId;

    [Fact]
    public void Deserialized_configurations_are_taken_by_InputObject_and_no_syntax_shows_more()
    {
        Run("New-LlmConfig a openai -ApiKey $key; New-LlmConfig b ollama", ("key", Secure("sk-test-one")));
        PSObject[] old = [Deserialized(Stored("a")), Deserialized(Stored("b"))];

        Run("Set-LlmConfig -InputObject $old -Model m1; Set-LlmConfig -InputObject $old[0] -Model m2", ("old", old));

        Assert.Equal(["m2", "m1"], Run("$old | Get-LlmConfig", ("old", old)).Configurations.Select(item => item.Model));
        Assert.DoesNotContain("Deserialized", string.Concat(Run("Get-Command -Module LlmConfig.PowerShell -Syntax").Output), StringComparison.OrdinalIgnoreCase);
    }
}
