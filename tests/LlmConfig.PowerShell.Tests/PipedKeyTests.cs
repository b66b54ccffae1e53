namespace LlmConfig.Tests;

public sealed class PipedKeyTests : EngineTest
{
    private const string Key = "sk-test-9f8e7d6c5b4a3928";
    private readonly string _file;

    public PipedKeyTests()
    {
        _file = Path.Combine(Store.Home, "key.txt");
    }

    public static TheoryData<string> Ways =>
    [
        "$key | {0}",
        "$text | {0}",
        "$credential | {0}",
        "@($text, '') | {0}",
        "$key, '' | {0}",
        "{0} -ApiKey $credential",
        "{0} -ApiKeyFromFile $file",
        "{0} -ApiKeyFromCommand {{ $text }}",
        "{0} -ApiKeyFromCommand {{ $key }}",
        "{0} -ApiKeyFromCommand {{ '', [IO.File]::ReadAllText($file).Trim() }}",
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_gives_the_key_to_a_new_configuration_and_to_one_that_is_there(string way)
    {
        Prepare("\ufeff" + Key + "\r\n");
        Run("New-LlmConfig old openai -ApiKey $old", ("old", Secure("sk-test-old")));

        Assert.Empty(Run(string.Format(null, way, "New-LlmConfig work openai")).Warnings);
        Run(string.Format(null, way, "Set-LlmConfig old"));
        Run(string.Format(null, way, "Set-LlmConfig -Id (Get-LlmConfig old).Id"));

        Assert.Equal((Key, Key), (KeyOf("work"), KeyOf("old")));
        Assert.Empty(Shell.Host.Questions);
    }

    [Theory]
    [InlineData("{0} -ApiKey $broken")]
    [InlineData("$broken | {0}")]
    [InlineData("$brokenText | {0}")]
    [InlineData("{0} -ApiKeyFromFile $file")]
    [InlineData("{0} -ApiKeyFromCommand {{ [IO.File]::ReadAllText($file) }}")]
    public void Line_breaks_at_its_end_are_left_out_and_that_is_said(string way)
    {
        Prepare(Key + "\n\n");

        CommandResult result = Run(string.Format(null, way, "New-LlmConfig work openai"), ("broken", Secure(Key + "\r\n")), ("brokenText", Key + "\n"));

        Assert.Equal("The key of 'work' was given with a line break at its end, which was left out.", Assert.Single(result.Warnings, Leftout));
        Assert.Equal(Key, KeyOf("work"));

        static bool Leftout(string warning) => warning.Contains("left out", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'sk-test-9f8e7d6c5b4a3928' | New-LlmConfig work openai", "The key stands in the command line itself, which the history keeps.")]
    [InlineData("'sk-test-9f8e7d6c5b4a3928' | Set-LlmConfig old", "The key stands in the command line itself, which the history keeps.")]
    [InlineData("New-LlmConfig work openai -ApiKey $text", "The key is not a SecureString.")]
    [InlineData("12 | New-LlmConfig work openai", "The key is not a SecureString.")]
    [InlineData("[pscustomobject]@{ Name = 'work'; Provider = 'openai'; ApiKey = $text } | New-LlmConfig", "The key is not a SecureString.")]
    [InlineData("[pscustomobject]@{ Name = 'old'; ApiKey = $text } | Set-LlmConfig", "The key is not a SecureString.")]
    [InlineData("$key | New-LlmConfig work openai -ApiKeyFromFile $file", "The key was given twice.")]
    [InlineData("New-LlmConfig work openai -ApiKeyFromFile $text", "The file that should hold the key cannot be read.")]
    [InlineData("New-LlmConfig work openai -ApiKeyFromFile \"nodrive:$text\"", "The file that should hold the key cannot be read.")]
    [InlineData("New-LlmConfig work openai -ApiKeyFromCommand { }", "The command for the key gives nothing.")]
    [InlineData("New-LlmConfig work openai -ApiKeyFromCommand { 'a', 'b' }", "The command for the key gives 2 values, and which of them is the key cannot be told.")]
    [InlineData("New-LlmConfig work openai -ApiKeyFromCommand { [datetime]::Now }", "The command for the key gives a DateTime, which is no key.")]
    [InlineData("New-LlmConfig work openai -ApiKeyFromCommand { $text; $global:LASTEXITCODE = 3 }", "The command for the key ended with exit code 3.")]
    public void What_is_no_key_or_is_in_plain_sight_is_refused_without_being_repeated(string script, string problem)
    {
        Prepare(Key);
        Run("New-LlmConfig old ollama");
        var before = Store.Contents();

        ErrorRecord error = Try(script).RequireError("InvalidKey");

        Assert.Equal(problem, error.ErrorDetails.Message);
        Assert.DoesNotContain(Key, error + error.ErrorDetails.RecommendedAction + error.TargetObject, StringComparison.Ordinal);
        Assert.Equal(before, Store.Contents());
    }

    [Theory]
    [InlineData("'a' | Set-LlmConfig -Model m", "a")]
    [InlineData("'a', 'b' | Set-LlmConfig -Model m", "a,b")]
    [InlineData(", @('a', 'b') | Set-LlmConfig -Model m", "a,b")]
    [InlineData("Get-LlmConfig a | Set-LlmConfig -Model m", "a")]
    [InlineData("[pscustomobject]@{ Name = 'b'; Model = 'm' } | Set-LlmConfig", "b")]
    [InlineData("7 | Set-LlmConfig -Model m", "7")]
    public void Names_and_objects_that_are_piped_in_are_still_what_they_were(string script, string changed)
    {
        Prepare(Key);
        Run("$key | New-LlmConfig a openai; New-LlmConfig b ollama; New-LlmConfig 7 ollama");

        Run(script);

        Assert.Equal(changed.Split(','), Run("Get-LlmConfig").Configurations.Where(item => item.Model == "m").Select(item => item.Name));
        Assert.Equal(Key, KeyOf("a"));
    }

    [Fact]
    public void A_pipe_that_gives_nothing_is_told_of()
    {
        Prepare(Key);
        Run("New-LlmConfig old openai -ApiKey $key");

        Assert.Equal("Neither a key nor a configuration was piped in, so nothing was created.", Assert.Single(Run("@() | New-LlmConfig work openai").Warnings));
        Assert.Equal("Neither a key nor a configuration was piped in, so nothing was created.", Assert.Single(Run("'' | New-LlmConfig work openai").Warnings));
        Assert.Equal("The key that was piped in is empty, so nothing was changed.", Assert.Single(Run("'' | Set-LlmConfig old").Warnings));
        Assert.Equal(Key, KeyOf("old"));
    }

    [Fact]
    public void WhatIf_runs_no_command()
    {
        Assert.Empty(Run("New-LlmConfig work openai -ApiKeyFromCommand { $global:ran = 1 } -WhatIf").Warnings);

        Assert.Null(Assert.Single(Run("$global:ran").Output));
    }

    private void Prepare(string file)
    {
        File.WriteAllText(_file, file);
        Run("$credential = [pscredential]::new('me', $key)", ("key", Secure(Key)), ("text", Key), ("file", _file));
    }
}
