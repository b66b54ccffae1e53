using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Changes a configuration.</summary>
internal sealed class SetVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "the name or id" };
    private readonly Option<string> _provider = new("--provider") { Description = "another provider", HelpName = "PROVIDER" };
    private readonly Option<string> _baseUrl = new("--base-url") { Description = "another base URL; empty for the provider's default", HelpName = "URL" };
    private readonly Option<bool> _insecure = new("--allow-insecure-base-url") { Description = "allow plain http to other machines" };
    private readonly Option<string> _header = new("--use-auth-header") { Description = "true: Authorization: Bearer; false: the provider's own header", HelpName = "BOOLEAN" };
    private readonly Option<string> _model = new("--model") { Description = "another default model; empty for none", HelpName = "MODEL" };
    private readonly Option<string> _vault = new("--vault") { Description = "move the key to this vault; with --key-name, the one that has the secret", HelpName = "VAULT" };
    private readonly Option<string> _keyName = new("--key-name") { Description = "use a secret that somebody else keeps in the vault, in the place of a key of its own", HelpName = "SECRET" };
    private readonly Option<bool> _default = new("--default") { Description = "make it the default configuration" };
    private readonly Option<bool> _noDefault = new("--no-default") { Description = "make it no longer the default configuration" };
    private readonly Option<bool> _accept = new("--accept-host") { Description = "let the key go where the configuration says, although it was stored for another host" };
    private readonly Option<bool> _removeKey = new("--remove-key") { Description = "remove its key" };
    private readonly KeyInput _key = new();

    public SetVerb()
        : base("set", "Changes settings of a configuration, or its key.", "llmconfig set work --model gpt-5", "llmconfig set work --key-stdin", "llmconfig set work --key-command 'op read op://Work/OpenAI/key'")
    {
        _header.CompletionSources.Add("true", "false");
        Take([_name, _provider, _baseUrl, _insecure, _header, _model, _keyName, _vault, _default, _noDefault, _accept, _removeKey, .. _key.Options]);
    }

    public override int Run(ParseResult line, Session session)
    {
        bool asDefault = line.GetValue(_default);
        bool noDefault = line.GetValue(_noDefault);
        if (asDefault && noDefault)
        {
            throw new UsageException("--default and --no-default exclude each other.");
        }

        LlmConfiguration item = session.Get(line.GetValue(_name)!);
        using ApiKey? key = _key.Read(line, session, item.Name);
        ConfigurationUpdate update = new()
        {
            Provider = line.GetValue(_provider),
            BaseUrl = line.GetValue(_baseUrl),
            AllowInsecureBaseUrl = line.GetValue(_insecure),
            UseAuthHeader = BooleanOption.Read(line, _header),
            Model = line.GetValue(_model),
            KeyName = line.GetValue(_keyName),
            Vault = line.GetValue(_vault),
            AsDefault = asDefault ? true : noDefault ? false : null,
            AcceptHostOf = line.GetValue(_accept) ? item : null,
            RemoveKey = line.GetValue(_removeKey),
            Key = key,
        };
        if (update.RemoveKey && key is not null)
        {
            throw new UsageException("A new key was given together with --remove-key.", "Use one of the two.");
        }

        if (update == new ConfigurationUpdate())
        {
            throw new UsageException("There is nothing to change.", "Name a setting, such as --model gpt-5. llmconfig rename gives another name.");
        }

        if ((update.AcceptHostOf is not null && !MayAccept(session, item)) || (update.SendsKeptKeyElsewhere(item) && !MaySendKeyElsewhere(session, item, update)))
        {
            return ExitCode.Failure;
        }

        LlmConfiguration changed = session.Repository.Update(item.Id, update);
        session.Output.Report([changed], $"Changed '{changed.Name}'.{KeptSecret(item, changed)}");
        return ExitCode.Success;
    }

    private static string KeptSecret(LlmConfiguration before, LlmConfiguration after) => before.KeyName is { } secret && (after.KeyName, after.Vault) != (secret, before.Vault)
        ? $" The secret '{ShownText.Of(secret)}' stays in the vault '{ShownText.Of(before.Vault)}'."
        : string.Empty;

    private static bool MayAccept(Session session, LlmConfiguration item) =>
        session.Repository.GetHostProblem(item) is not { } problem
        || (session.Confirm($"{ProgramWords.Translate(problem)} Let the key go there from now on?")
            ?? throw new LlmConfigException(LlmConfigErrorCode.HostMismatch, item.Name, problem, "Add --yes to accept it."));

    private static bool MaySendKeyElsewhere(Session session, LlmConfiguration item, ConfigurationUpdate update)
    {
        string? next = string.IsNullOrWhiteSpace(update.BaseUrl)
            ? LlmProviderCatalog.Find(update.Provider ?? item.Provider)?.DefaultBaseUrl
            : ShownText.Of(update.BaseUrl.Trim());
        bool? answer = session.Confirm($"The key of '{item.Name}' would go to {next ?? "an unknown host"} instead of {item.BaseUrl ?? "an unknown host"}. Keep the key and change the host?");
        return answer ?? throw new LlmConfigException(
            LlmConfigErrorCode.InsecureBaseUrl,
            item.Name,
            $"The key of '{item.Name}' would go to another host, and nobody can be asked here.",
            "Add --yes to allow it, or give the key of the new host with --key-stdin.");
    }
}
