namespace LlmConfig.Cli;

/// <summary>Changes a configuration.</summary>
internal sealed class SetVerb() : Verb(
    "set",
    "Changes settings of a configuration, or its key. A header or tag that is given replaces all; an empty value takes a setting away.",
    ["llmconfig set work --model gpt-5", "llmconfig set work --key-stdin", "llmconfig set work --key-command 'op read op://Work/OpenAI/key'"],
    [
        One("NAME", "the name or id"),
        Value("--provider", "PROVIDER", "another provider"),
        Value("--base-url", "URL", "another base URL; empty for the provider's default"),
        Flag("--allow-insecure-base-url", "allow plain http to other machines"),
        Word("--use-auth-header", "BOOLEAN", "true: Authorization: Bearer; false: the provider's own header", "true", "false"),
        Value("--model", "MODEL", "another default model; empty for none"),
        Value("--key-name", "SECRET", "use a secret that somebody else keeps in the vault, in the place of a key of its own"),
        Value("--vault", "VAULT", "move the key to this vault; with --key-name, the one that has the secret"),
        Flag("--default", "make it the default configuration"),
        Flag("--no-default", "make it no longer the default configuration"),
        Flag("--accept-host", "let the key go where the configuration says, although it was stored for another host"),
        Flag("--remove-key", "remove its key"),
        .. DetailOptions.All,
        .. SecretInput.KeyOptions,
    ])
{
    public override void Run(Session session)
    {
        CommandLine line = session.Line;
        if (line.Flag("--default") && line.Flag("--no-default"))
        {
            throw new UsageException("--default and --no-default exclude each other.");
        }

        LlmConfiguration item = session.Get(line.Text("NAME")!);
        using ApiKey? key = SecretInput.ReadKey(
            session, item.Name, line.Text("--provider") ?? item.Provider, line.Text("--base-url") ?? (line.Text("--provider") is null ? item.BaseUrl : null));
        ConfigurationUpdate update = new()
        {
            Provider = line.Text("--provider"),
            BaseUrl = line.Text("--base-url"),
            AllowInsecureBaseUrl = line.Flag("--allow-insecure-base-url"),
            UseAuthHeader = line.Boolean("--use-auth-header"),
            Model = line.Text("--model"),
            Details = DetailOptions.Read(line),
            KeyName = line.Text("--key-name"),
            Vault = line.Text("--vault"),
            AsDefault = line.Flag("--default") ? true : line.Flag("--no-default") ? false : null,
            AcceptHostOf = line.Flag("--accept-host") ? item : null,
            RemoveKey = line.Flag("--remove-key"),
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
            session.Code = ExitCode.Failure;
            return;
        }

        LlmConfiguration changed = session.Repository.Update(item.Id, update);
        string changes = string.Join("; ", update.Describe(item));
        session.Output.Report([changed], changes.Length > 0 ? $"Changed '{changed.Name}': {changes}." : $"Nothing of '{changed.Name}' differs from that.");
    }

    private static bool MayAccept(Session session, LlmConfiguration item) =>
        session.Repository.GetHostProblem(item) is not { } problem
        || (session.Confirm($"{ProgramWords.Translate(problem)} Let the key go there from now on?")
            ?? throw new LlmConfigException(LlmConfigErrorCode.HostMismatch, item.Name, problem, "Add --yes to accept it."));

    private static bool MaySendKeyElsewhere(Session session, LlmConfiguration item, ConfigurationUpdate update) => session.ConfirmOtherHost(
        item.Name,
        string.IsNullOrWhiteSpace(update.BaseUrl) ? LlmProviderCatalog.Find(update.Provider ?? item.Provider)?.DefaultBaseUrl : DisplayText.Of(update.BaseUrl.Trim()),
        item.BaseUrl,
        "Add --yes to allow it, or give the key of the new host with --key-stdin.");
}

/// <summary>Gives a configuration another name.</summary>
internal sealed class RenameVerb() : Verb(
    "rename",
    "Gives a configuration another name. Its id and its key stay.",
    ["llmconfig rename work office"],
    One("NAME", "the name or id"),
    One("NEW-NAME", "the name that it gets"))
{
    public override void Run(Session session)
    {
        LlmConfiguration item = session.Get(session.Line.Text("NAME")!);
        LlmConfiguration renamed = session.Repository.Update(item.Id, new ConfigurationUpdate { NewName = session.Line.Text("NEW-NAME") });
        session.Output.Report([renamed], $"'{item.Name}' is called '{renamed.Name}' now.");
    }
}
