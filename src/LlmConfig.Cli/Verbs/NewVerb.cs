namespace LlmConfig.Cli;

/// <summary>Creates a configuration.</summary>
internal sealed class NewVerb() : Verb(
    "new",
    "Creates a configuration. The key is asked for, unless an option says where it is from; it is never an argument.",
    [
        "llmconfig new work openai",
        "llmconfig new work openai --key-env OPENAI_API_KEY --default",
        "llmconfig new work openai --key-name MyOpenAI --vault Store",
        "llmconfig new local ollama --model llama3.2",
        "llmconfig new team openai --project proj_example --tag eu --owner ops@example.com --expires 90d",
    ],
    [
        One("NAME", "the name: 1 to 100 characters"),
        One("PROVIDER", "an id of llmconfig providers"),
        Value("--base-url", "URL", "where the provider's default does not fit"),
        Flag("--allow-insecure-base-url", "allow plain http to other machines"),
        Word("--use-auth-header", "BOOLEAN", "true: Authorization: Bearer; false: the provider's own header", "true", "false"),
        Value("--model", "MODEL", "the default model"),
        Value("--key-name", "SECRET", "the name of a secret that somebody else keeps in the vault: it is only read"),
        Value("--vault", "VAULT", "the vault for the key, or the one that has the secret"),
        Flag("--default", "make it the default configuration"),
        .. DetailOptions.All,
        .. SecretInput.KeyOptions,
    ])
{
    public override void Run(Session session)
    {
        CommandLine line = session.Line;
        NewConfiguration wanted = new()
        {
            Name = line.Text("NAME")!,
            Provider = line.Text("PROVIDER")!,
            BaseUrl = line.Text("--base-url"),
            AllowInsecureBaseUrl = line.Flag("--allow-insecure-base-url"),
            UseAuthHeader = line.Boolean("--use-auth-header"),
            Model = line.Text("--model"),
            Details = DetailOptions.Read(line),
            KeyName = line.Text("--key-name"),
            Vault = line.Text("--vault"),
            AsDefault = line.Flag("--default") ? true : null,
        };
        using ApiKey? key = SecretInput.ReadKey(session, DisplayText.Of(wanted.Name), wanted.Provider, wanted.BaseUrl) ?? AskIfNeeded(session, wanted);
        LlmConfiguration made = session.Repository.Create(wanted with { Key = key });
        session.Output.Report([made], Describe(made) + Next(made, line.Flag("--default")));
    }

    private static ApiKey? AskIfNeeded(Session session, NewConfiguration wanted)
    {
        if (!session.CanAsk || wanted.KeyName is not null || LlmProviderCatalog.Find(wanted.Provider) is not { KeyRequired: true } provider)
        {
            return null;
        }

        // What is wrong with the rest is said before anybody looks for a key; what is to be warned of, when it is created.
        LlmConfigException? error = session.Repository.Preview([wanted])[0].Error;
        _ = session.TakeWarnings();
        return error is not null
            ? throw error
            : SecretInput.AskForKey(session, $"API key of {provider.DisplayName} (not shown; Enter to set it later): ", DisplayText.Of(wanted.Name), wanted.Provider, wanted.BaseUrl);
    }

    private static string Describe(LlmConfiguration made) =>
        made.KeyName is { } secret ? $"Created '{made.Name}'; its key is the secret '{DisplayText.Of(secret)}' of the vault '{made.Vault}', which is only read."
        : made.Vault is not null ? $"Created '{made.Name}'; its key lies in the vault '{made.Vault}'."
        : LlmProviderCatalog.Find(made.Provider) is { KeyRequired: false } ? $"Created '{made.Name}' without a key."
        : $"Created '{made.Name}' without a key. Give it one with: llmconfig set {ShellWords.ForPosix(made.Name)} --key-stdin";

    // For the first one of a store; where a key is missing, that is what is next.
    private static string Next(LlmConfiguration made, bool isChosen) => !made.IsDefault || isChosen ? string.Empty
        : "\nIt is the default, as the first one." + (made.Vault is null && LlmProviderCatalog.Find(made.Provider) is { KeyRequired: true } ? string.Empty
            : $" Next: llmconfig exec {ShellWords.ForPosix(made.Name)} -- PROGRAM");
}
