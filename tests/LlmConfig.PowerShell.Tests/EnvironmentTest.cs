namespace LlmConfig.Tests;

/// <summary>A test that looks at the environment of this process: none of the catalogue's variables is set before, nor after.</summary>
public abstract class EnvironmentTest : EngineTest
{
    protected EnvironmentTest()
    {
        foreach (string name in Variables)
        {
            Store.SetVariable(name, null);
        }

        // The engine alone has no such commands.
        Run("""
            function Write-Error { [CmdletBinding()] param($Message) $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([System.Exception]::new($Message), 'Test', 'NotSpecified', $null)) }
            function Write-Warning { [CmdletBinding()] param($Message) $PSCmdlet.WriteWarning($Message) }
            function Write-Verbose { [CmdletBinding()] param($Message) $PSCmdlet.WriteVerbose($Message) }
            function Write-Debug { [CmdletBinding()] param($Message) $PSCmdlet.WriteDebug($Message) }
            function Write-Information { [CmdletBinding()] param($Message) $PSCmdlet.WriteInformation($Message, @()) }
            """);
        // One commit for all of them.
        Run(
            "$rows | New-LlmConfig -ErrorAction Stop; Set-LlmConfig work -Model gpt-5 -AsDefault",
            ("rows", new[]
            {
                Row(("Name", "work"), ("Provider", "openai"), ("ApiKey", Secure(One))),
                Row(("Name", "claude"), ("Provider", "anthropic"), ("ApiKey", Secure(Two))),
                Row(("Name", "gemini"), ("Provider", "google"), ("ApiKey", Secure(Two))),
                Row(("Name", "two words"), ("Provider", "groq"), ("ApiKey", Secure(One))),
                Row(("Name", "local"), ("Provider", "ollama")),
                Row(("Name", "keyless"), ("Provider", "openai")),
            }));
    }

    protected static string One => "sk-test-one";

    protected static string Two => "sk-test-two";

    /// <summary>All the variables that any configuration may set or clear, and one of no provider.</summary>
    protected static IReadOnlyList<string> Variables { get; } =
    [
        .. LlmProviderCatalog.All
            .SelectMany(provider => provider.KeyVariables
                .Concat(provider.BearerKeyVariables)
                .Concat(provider.ModelVariables)
                .Concat(provider.OverridingVariables)
                .Append(provider.BaseUrlVariable ?? "OPENAI_BASE_URL"))
            .Append("MY_KEY")
            .Distinct(),
    ];

    /// <summary>Those that are set, with their values.</summary>
    protected static SortedDictionary<string, string> Environment()
    {
        var set = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in Variables)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
            {
                set.Add(name, value);
            }
        }

        return set;
    }

    protected static string Output(CommandResult result) => string.Join(' ', result.Output);
}
