using System.CommandLine;
using System.Security;

namespace LlmConfig.Cli;

/// <summary>Takes over configurations from files, from the environment, or from a vault that stores share.</summary>
internal sealed class ImportVerb : Verb
{
    private readonly Argument<string[]> _files = new("FILE") { Description = "exports, llm_config.json, .env files, keys.json of llm", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _fromEnvironment = new("--from-environment") { Description = "look for the providers' variables in the environment" };
    private readonly Option<string> _fromVault = new("--from-vault") { Description = "look into a vault that stores share", HelpName = "VAULT" };
    private readonly Option<string> _secret = new("--secret") { Description = "secrets that people have in that vault, by name or pattern: configurations that refer to them", HelpName = "SECRET" };
    private readonly Option<string> _format = new("--format") { Description = "llmconfig, dotenv or llmkeys, where it is not to be told from the file", HelpName = "FORMAT" };
    private readonly Option<string> _name = new("--name") { Description = "only those of this name or pattern", HelpName = "NAME" };
    private readonly Option<string> _provider = new("--provider") { Description = "only those of this provider; with --secret, the provider of all of them", HelpName = "PROVIDER" };
    private readonly Option<string> _vault = new("--vault") { Description = "the vault for keys that come along", HelpName = "VAULT" };
    private readonly Option<string> _conflict = new("--on-conflict") { Description = "error, skip, replace or rename, where the store has the name already", HelpName = "WHAT" };
    private readonly Option<bool> _insecure = new("--allow-insecure-base-url") { Description = "allow plain http to other machines" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "only show what would be done" };
    private readonly PasswordInput _password = new();

    public ImportVerb()
        : base(
            "import",
            "Takes over configurations, with the keys that come along, from files, from the environment, or from a vault.",
            "llmconfig import --from-environment --dry-run",
            "llmconfig import team.json --on-conflict skip",
            "llmconfig import .env",
            "llmconfig import --from-vault Store --secret '*openai*' --provider openai")
    {
        _format.CompletionSources.Add("llmconfig", "dotenv", "llmkeys");
        _conflict.CompletionSources.Add("error", "skip", "replace", "rename");
        Take([_files, _fromEnvironment, _fromVault, _secret, _format, _name, _provider, _vault, _conflict, _insecure, _dryRun, .. _password.Options]);
    }

    public override int Run(ParseResult line, Session session)
    {
        string[] files = line.GetValue(_files) ?? [];
        string? vault = line.GetValue(_fromVault);
        bool environment = line.GetValue(_fromEnvironment);
        if ((files.Length > 0 ? 1 : 0) + (vault is null ? 0 : 1) + (environment ? 1 : 0) != 1)
        {
            throw new UsageException("import needs one source.", "Give files, or --from-environment, or --from-vault VAULT.");
        }

        if (files.Contains(string.Empty))
        {
            throw new UsageException("The path of a file is empty.");
        }

        string? secret = line.GetValue(_secret);
        if (secret is not null && vault is null)
        {
            throw new UsageException("--secret says what of a vault is meant.", "Name the vault with --from-vault VAULT.");
        }

        string? name = line.GetValue(_name);
        string? provider = line.GetValue(_provider) is { } id ? LlmProviderCatalog.Get(id, target: null).Id : null;
        var options = new ImportOptions
        {
            OnConflict = EnumOption.Read(line, _conflict, ImportConflict.Error),
            AllowInsecureBaseUrl = line.GetValue(_insecure),
            Vault = line.GetValue(_vault),
            Names = name is null ? null : found => ConfigurationName.Matches(name, found),
            Providers = provider is null || secret is not null ? null : found => found == provider,
        };
        List<ImportSource> sources = [];
        try
        {
            if (environment)
            {
                sources.Add(ImportSource.FromEnvironment(options.Providers));
            }

            ImportFormat? format = line.GetValue(_format) is { } word ? EnumOption.Parse<ImportFormat>(word, _format.Name) : null;
            using SecureString? password = _password.Read(line, session);
            foreach (string file in files)
            {
                Collect(sources, session, () => Open(file, format, password, session));
            }

            if (secret is not null)
            {
                sources.Add(session.Repository.FindSecrets(vault!, found => ConfigurationName.Matches(secret, found), provider));
            }

            Tell(session, sources, environment, secret is not null);
            ImportPlan plan = vault is not null && secret is null ? session.Repository.PlanImport(vault, options)
                : session.Repository.PlanImport([.. sources.SelectMany(source => source.Items)], options);
            return line.GetValue(_dryRun) ? Show(session, plan) : Import(session, plan, sources);
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    // Each file may fail alone: whatever is wrong with one, the next may be imported.
    private static void Collect(List<ImportSource> sources, Session session, Func<ImportSource> open)
    {
        try
        {
            sources.Add(open());
        }
        catch (LlmConfigException e)
        {
            session.Output.Fail(e);
        }
    }

    private static ImportSource Open(string file, ImportFormat? format, SecureString? password, Session session)
    {
        try
        {
            return ImportSource.FromFile(file, format, password);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultLocked && password is null && session.CanAsk)
        {
            using SecureString typed = PasswordInput.Ask(session, $"Password of {ShownText.Of(file)} (not shown): ");
            return ImportSource.FromFile(file, format, typed);
        }
    }

    private static void Tell(Session session, List<ImportSource> sources, bool environment, bool secrets)
    {
        foreach (ImportSource source in sources)
        {
            session.Output.Warn([.. source.Remarks.Select(remark => new LlmConfigWarning(source.Description, remark))]);
            foreach (LlmConfigException error in source.Errors)
            {
                session.Output.Fail(error);
            }
        }

        if (!session.Output.HasFailed && sources.Count > 0 && sources.TrueForAll(source => source.Items.Count + source.Remarks.Count == 0))
        {
            session.Output.Done(secrets ? "The vault has no secret of such a name that is no key of a store." : environment ? "No variable of a provider is set in this environment." : "There is nothing to import in what was named.");
        }
    }

    private static int Show(Session session, ImportPlan plan)
    {
        session.Output.Show(plan.Steps, new ImportStepView());
        return ExitCode.Success;
    }

    private static int Import(Session session, ImportPlan plan, List<ImportSource> sources)
    {
        List<ImportStep> chosen = [.. plan.Steps.Where(step => !step.SendsKeptKeyElsewhere || !step.Changes || MaySendKeyElsewhere(session, step))];
        IReadOnlyList<ImportResult> results = chosen.Count == 0 ? [] : session.Repository.Import(chosen);
        foreach (LlmConfigException error in results.Select(result => result.Error).OfType<LlmConfigException>())
        {
            session.Output.Fail(error);
        }

        List<LlmConfiguration> changed = [.. results.Where(result => result.Error is null && result.Action is ImportAction.Create or ImportAction.Update).Select(result => result.Configuration!)];
        session.Output.Show(changed, new ConfigurationTable(DateTime.UtcNow));
        foreach (ImportResult removed in results.Where(result => result.Error is null && result.Action == ImportAction.Remove))
        {
            session.Output.Tell($"llmconfig: warning: Removed '{removed.Configuration!.Name}': {removed.Step.Detail}.");
        }

        foreach (ImportResult keyless in results.Where(result => result.Error is null && result.Step.LeavesKeyBehind && result.Action == ImportAction.Create))
        {
            session.Output.Tell($"'{keyless.Configuration!.Name}' was imported without a key, since the file does not hold it. Give it with: llmconfig set {PosixText.Quote(keyless.Configuration.Name)} --key-stdin");
        }

        foreach (ImportSource source in sources.Where(source => changed.Count > 0 && source.HoldsPlainKeys))
        {
            session.Output.Tell($"llmconfig: warning: '{source.Description}' still holds keys in plain text: delete it once nothing else reads it.");
        }

        return ExitCode.Success;
    }

    private static bool MaySendKeyElsewhere(Session session, ImportStep step)
    {
        bool? answer = session.Confirm(
            $"The key of '{step.Name}' would go to {step.Configuration!.BaseUrl ?? "an unknown host"} instead of {step.Existing!.BaseUrl ?? "an unknown host"}. Keep the key and change the host?");
        if (answer is null)
        {
            session.Output.Fail(new LlmConfigException(
                LlmConfigErrorCode.InsecureBaseUrl,
                step.Name,
                $"The key of '{step.Name}' would go to another host, and nobody can be asked here.",
                "Look at where the new host is from; add --yes to allow it."));
        }

        return answer ?? false;
    }
}
