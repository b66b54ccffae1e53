using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Creates a configuration.</summary>
internal sealed class NewVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "the name: 1 to 100 characters" };
    private readonly Argument<string> _provider = new("PROVIDER") { Description = "an id of llmconfig providers" };
    private readonly Option<string> _baseUrl = new("--base-url") { Description = "where the provider's default does not fit", HelpName = "URL" };
    private readonly Option<bool> _insecure = new("--allow-insecure-base-url") { Description = "allow plain http to other machines" };
    private readonly Option<string> _header = new("--use-auth-header") { Description = "true: Authorization: Bearer; false: the provider's own header", HelpName = "BOOLEAN" };
    private readonly Option<string> _model = new("--model") { Description = "the default model", HelpName = "MODEL" };
    private readonly Option<string> _vault = new("--vault") { Description = "the vault for the key, or the one that has the secret", HelpName = "VAULT" };
    private readonly Option<string> _keyName = new("--key-name") { Description = "the name of a secret that somebody else keeps in the vault: it is only read", HelpName = "SECRET" };
    private readonly Option<bool> _default = new("--default") { Description = "make it the default configuration" };
    private readonly KeyInput _key = new();

    public NewVerb()
        : base(
            "new",
            "Creates a configuration. The key is asked for, unless an option says where it is from; it is never an argument.",
            "llmconfig new work openai",
            "llmconfig new work openai --key-env OPENAI_API_KEY --default",
            "llmconfig new work openai --key-name MyOpenAI --vault Store",
            "llmconfig new local ollama --model llama3.2")
    {
        _header.CompletionSources.Add("true", "false");
        Take([_name, _provider, _baseUrl, _insecure, _header, _model, _keyName, _vault, _default, .. _key.Options]);
    }

    public override int Run(ParseResult line, Session session)
    {
        NewConfiguration wanted = new()
        {
            Name = line.GetValue(_name)!,
            Provider = line.GetValue(_provider)!,
            BaseUrl = line.GetValue(_baseUrl),
            AllowInsecureBaseUrl = line.GetValue(_insecure),
            UseAuthHeader = BooleanOption.Read(line, _header),
            Model = line.GetValue(_model),
            KeyName = line.GetValue(_keyName),
            Vault = line.GetValue(_vault),
            AsDefault = line.GetValue(_default),
        };
        using ApiKey? key = _key.Read(line, session, ShownText.Of(wanted.Name)) ?? AskIfNeeded(session, wanted);
        LlmConfiguration made = session.Repository.Create(wanted with { Key = key });
        session.Output.Report([made], Describe(made));
        return ExitCode.Success;
    }

    private static ApiKey? AskIfNeeded(Session session, NewConfiguration wanted)
    {
        if (!session.CanAsk || wanted.KeyName is not null || LlmProviderCatalog.Find(wanted.Provider) is not { KeyRequired: true } provider)
        {
            return null;
        }

        // What is wrong with the rest is said before anybody looks for a key.
        return session.Repository.Preview([wanted])[0].Error is { } error
            ? throw error
            : KeyInput.AskIfAny(session, $"API key of {provider.DisplayName} (not shown; Enter to set it later): ", ShownText.Of(wanted.Name));
    }

    private static string Describe(LlmConfiguration made) =>
        made.KeyName is { } secret ? $"Created '{made.Name}'; its key is the secret '{ShownText.Of(secret)}' of the vault '{made.Vault}', which is only read."
        : made.Vault is not null ? $"Created '{made.Name}'; its key lies in the vault '{made.Vault}'."
        : LlmProviderCatalog.Find(made.Provider) is { KeyRequired: false } ? $"Created '{made.Name}' without a key."
        : $"Created '{made.Name}' without a key. Give it one with: llmconfig set {PosixText.Quote(made.Name)} --key-stdin";
}
