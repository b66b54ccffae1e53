namespace LlmConfig.Cli;

/// <summary>
/// The core's messages name cmdlets, in which most of its users think. Whoever uses this program has none: here each phrase that the
/// core's source has is said in the words of this program. A test goes through that source, so that none is forgotten.
/// </summary>
internal static class ProgramWords
{
    // Longer phrases before those that they contain.
    private static readonly (string Cmdlet, string Verb)[] Phrases =
    [
        ("Run Unlock-LlmConfigStore and give the passphrase", "Run the command where the passphrase can be asked for"),
        ("Test-LlmConfig", "llmconfig test"),
        ("Set-LlmConfigStore -RotateMasterKey", "llmconfig store rotate"),
        ("Set-LlmConfigStore -Protector", "llmconfig store --protector"),
        ("Set-LlmConfigStore -DefaultVault", "llmconfig store --default-vault"),
        ("Set-LlmConfigFolder", "llmconfig use"),
        ("Get-LlmConfigStore shows", "llmconfig store shows"),
        ("Invoke-LlmConfigRotation", "llmconfig rotate"),
        ("Get-LlmConfigKey works", "llmconfig key works"),
        ("Get-LlmConfig lists", "llmconfig list shows"),
        ("Get-LlmProvider lists", "llmconfig providers lists"),
        ("Get-LlmTool lists", "llmconfig tools lists"),
        ("Unregister-LlmConfigTool", "llmconfig tool remove"),
        ("Register-LlmConfigTool", "llmconfig tool setup"),
        ("Repair-LlmConfig", "llmconfig repair"),
        ("Set-LlmConfig -AskApiKey", "llmconfig set NAME --key-stdin"),
        ("Set-LlmConfig -KeyName", "llmconfig set NAME --key-name"),
        ("Set-LlmConfig -AcceptHost", "llmconfig set NAME --accept-host"),
        ("Set-LlmConfig -AsDefault", "llmconfig set NAME --default"),
        ("Set-LlmConfig -BaseUrl", "llmconfig set NAME --base-url URL"),
        ("Set-LlmConfig -Model", "llmconfig set NAME --model"),
        ("Set-LlmConfig -Provider", "llmconfig set NAME --provider"),
        ("Set-LlmConfig", "llmconfig set"),
        ("New-LlmConfig with the provider openai-compatible and a base URL", "llmconfig new NAME openai-compatible --base-url URL"),
        ("New-LlmConfig -BaseUrl", "llmconfig new NAME PROVIDER --base-url URL"),
        ("New-LlmConfig, -KeyName, -Vault and -BaseUrl", "llmconfig new NAME PROVIDER, --key-name, --vault and --base-url"),
        ("New-LlmConfig ", "llmconfig new NAME "),
        ("Import-LlmConfig -Mode Exact", "llmconfig import --exact"),
        ("Import-LlmConfig -FromVault", "llmconfig import --from-vault"),
        ("Export-LlmConfig", "llmconfig export"),
        ("in the block of Use-LlmConfig", "with llmconfig exec"),
        ("-Password, such as (Read-Host -AsSecureString)", "--password-file or --password-stdin"),
        ("replace it with -Force", "replace it with --force"),
        ("-OnConflict: Skip, Replace or Rename", "--on-conflict: skip, replace or rename"),
        ("-AllowInsecureBaseUrl", "--allow-insecure-base-url"),
        ("-BaseUrl", "--base-url"),
        ("-Tool", "--tool"),
        ("-Variable", "--variable"),
        ("-Format", "--format"),
        ("-AskApiKey", "--key-stdin"),
        ("-ApiKey", "--key-stdin"),
        ("-KeyName", "--key-name"),
        ("-Provider", "--provider"),
        ("-Vault", "--vault"),
        ("-StoreId", "--store-id"),
        ("-Organization", "--organization"),
        ("-Project", "--project"),
        ("-ApiVersion", "--api-version"),
        ("-Header", "--header"),
        ("-Description", "--description"),
        ("-Tag", "--tag"),
        ("-Owner", "--owner"),
        ("-SkipOnlineCheck", "--skip-online-check"),
        ("-Revoke", "--revoke-command"),
        ("-Abandon", "--abandon"),
    ];

    /// <summary>The text in the words of this program.</summary>
    public static string Translate(string text)
    {
        // Most texts name no command.
        if (!text.Contains('-', StringComparison.Ordinal))
        {
            return text;
        }

        foreach ((string cmdlet, string verb) in Phrases)
        {
            text = Replace(text, cmdlet, verb);
        }

        return text;
    }

    // A dash within a word, such as that of X-Owner, begins no parameter.
    private static string Replace(string text, string cmdlet, string verb)
    {
        for (int at = text.IndexOf(cmdlet, StringComparison.Ordinal); at >= 0; at = text.IndexOf(cmdlet, at, StringComparison.Ordinal))
        {
            bool isWord = cmdlet[0] == '-' && at > 0 && char.IsLetterOrDigit(text[at - 1]);
            if (!isWord)
            {
                text = string.Concat(text.AsSpan(0, at), verb, text.AsSpan(at + cmdlet.Length));
            }

            at += isWord ? cmdlet.Length : verb.Length;
        }

        return text;
    }
}
