using System.Security;

namespace LlmConfig.Cli;

/// <summary>Takes over configurations from files, from the environment, or from a vault that stores share.</summary>
internal sealed class ImportVerb() : Verb(
    "import",
    "Takes over configurations, with the keys that come along, from files, from the environment, or from a vault.",
    [
        "llmconfig import --from-environment --dry-run",
        "llmconfig import team.json --on-conflict skip",
        "llmconfig import .env",
        "llmconfig import desired.json --exact --dry-run",
        "llmconfig import --from-vault Store --secret '*openai*' --provider openai",
    ],
    [
        Several("FILE", "exports, llm_config.json, .env files, keys.json of llm; with --merge or --exact, a desired state"),
        Flag("--merge", "bring the store to the state that the file describes; what it does not describe stays"),
        Flag("--exact", "the same, and remove what an earlier run of the same state made and it does not describe any more"),
        Flag("--allow-command", "let the desired state run the commands that it names for keys"),
        Flag("--from-environment", "look for the providers' variables in the environment"),
        Value("--from-vault", "VAULT", "look into a vault that stores share"),
        Value("--secret", "SECRET", "secrets that people have in that vault, by name or pattern: configurations that refer to them"),
        Word("--format", "FORMAT", "llmconfig, dotenv or llmkeys, where it is not to be told from the file", "llmconfig", "dotenv", "llmkeys"),
        Value("--name", "NAME", "only those of this name or pattern"),
        Value("--provider", "PROVIDER", "only those of this provider; with --secret, the provider of all of them"),
        Value("--vault", "VAULT", "the vault for keys that come along"),
        Word("--on-conflict", "WHAT", "error, skip, replace or rename, where the store has the name already", "error", "skip", "replace", "rename"),
        Flag("--allow-insecure-base-url", "allow plain http to other machines"),
        Flag("--dry-run", "only show what would be done"),
        .. SecretInput.PasswordOptions,
    ])
{
    // Options with a value that mean nothing with a desired state.
    private static readonly string[] OfImports = ["--from-vault", "--secret", "--format", "--name", "--provider", "--vault", "--on-conflict"];

    public override void Run(Session session)
    {
        CommandLine line = session.Line;
        string[] files = line.Texts("FILE");
        if (line.Flag("--merge") || line.Flag("--exact"))
        {
            Apply(session, files);
            return;
        }

        string? vault = line.Text("--from-vault");
        string? secret = line.Text("--secret");
        bool fromEnvironment = line.Flag("--from-environment");
        if (new[] { files.Length > 0, vault is not null, fromEnvironment }.Count(isGiven => isGiven) != 1)
        {
            throw new UsageException("import needs one source.", "Give files, or --from-environment, or --from-vault VAULT.");
        }

        if (files.Contains(string.Empty))
        {
            throw new UsageException("The path of a file is empty.");
        }

        if (secret is not null && vault is null)
        {
            throw new UsageException("--secret says what of a vault is meant.", "Name the vault with --from-vault VAULT.");
        }

        string? provider = line.Text("--provider") is { } id ? LlmProviderCatalog.Get(id, target: null).Id : null;
        ImportOptions options = Options(line, secret is null ? provider : null);
        List<ImportSource> sources = [];
        try
        {
            Open(session, files, sources);
            if (fromEnvironment)
            {
                sources.Add(ImportSource.FromEnvironment(options.Providers));
            }

            if (secret is not null)
            {
                sources.Add(session.Repository.FindSecrets(vault!, found => ConfigurationName.Matches(secret, found), provider));
            }

            Tell(session, sources, fromEnvironment ? "No variable of a provider is set in this environment."
                : secret is not null ? "The vault has no secret of such a name that is no key of a store."
                : "There is nothing to import in what was named.");
            ImportPlan plan = vault is not null && secret is null ? session.Repository.PlanImport(vault, options)
                : session.Repository.PlanImport([.. sources.SelectMany(source => source.Items)], options);
            if (line.Flag("--dry-run"))
            {
                session.Output.Show(plan.Steps, Views.ImportStep);
            }
            else
            {
                Import(session, plan, sources);
            }
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private static void Apply(Session session, string[] files)
    {
        CommandLine line = session.Line;
        if (files.Length != 1 || (line.Flag("--merge") && line.Flag("--exact")))
        {
            throw new UsageException("A desired state is one file, and is merged or exact.", "llmconfig import desired.json --exact");
        }

        if (OfImports.FirstOrDefault(option => line.Text(option) is not null) is { } other)
        {
            throw new UsageException($"{other} says nothing of a desired state.", "Leave it out: the file says all of it.");
        }

        using DesiredState wanted = DesiredState.FromFile(files[0]);
        DesiredPlan plan = session.Repository.PlanDesiredState(
            wanted, line.Flag("--exact"), line.Flag("--allow-command") ? command => SecretInput.ReadFromCommand(session, ShellWords.Split(command), target: null) : null);
        IReadOnlyList<DesiredStep> steps = line.Flag("--dry-run") ? plan.Steps : session.Repository.Apply(plan);
        session.Output.Show(steps, Views.DesiredStep);
        session.Output.Fail(steps.Select(step => step.Error));
        session.Output.Done(
            plan.IsInDesiredState ? "Nothing is to be changed: the store is as it is to be."
            : (line.Flag("--dry-run") ? "To be changed: " : "Changed: ")
                + string.Join(", ", steps.Where(step => step.Changed).GroupBy(step => step.Action).Select(group => $"{group.Key.ToString().ToLowerInvariant()} {group.Count()}")
                    .Concat(plan.DefaultVault is null ? [] : ["the default vault"])) + ".");
    }

    private static ImportOptions Options(CommandLine line, string? provider)
    {
        string? name = line.Text("--name");
        return new ImportOptions
        {
            OnConflict = line.Choice<ImportConflict>("--on-conflict") ?? ImportConflict.Error,
            AllowInsecureBaseUrl = line.Flag("--allow-insecure-base-url"),
            Vault = line.Text("--vault"),
            Names = name is null ? null : found => ConfigurationName.Matches(name, found),
            Providers = provider is null ? null : found => found == provider,
        };
    }

    // Each file may fail alone: whatever is wrong with one, the next may be imported.
    private static void Open(Session session, string[] files, List<ImportSource> sources)
    {
        ImportFormat? format = session.Line.Choice<ImportFormat>("--format");
        using SecureString? password = SecretInput.ReadPassword(session);
        foreach (string file in files)
        {
            try
            {
                sources.Add(Open(session, file, format, password));
            }
            catch (LlmConfigException e)
            {
                session.Output.Fail(e);
            }
        }
    }

    private static ImportSource Open(Session session, string file, ImportFormat? format, SecureString? password)
    {
        try
        {
            return ImportSource.FromFile(file, format, password);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultLocked && password is null && session.CanAsk)
        {
            using SecureString typed = SecretInput.AskForPassword(session, $"Password of {DisplayText.Of(file)} (not shown): ");
            return ImportSource.FromFile(file, format, typed);
        }
    }

    private static void Tell(Session session, List<ImportSource> sources, string nothingFound)
    {
        foreach (ImportSource source in sources)
        {
            session.Output.Warn([.. source.Remarks.Select(remark => new LlmConfigWarning(source.Description, remark))]);
            session.Output.Fail(source.Errors);
        }

        if (!session.Output.HasFailed && sources.Count > 0 && sources.TrueForAll(source => source.Items.Count + source.Remarks.Count == 0))
        {
            session.Output.Done(nothingFound);
        }
    }

    private static void Import(Session session, ImportPlan plan, List<ImportSource> sources)
    {
        List<ImportStep> chosen = [.. plan.Steps.Where(step => !step.SendsKeptKeyElsewhere || !step.Changes || MaySendKeyElsewhere(session, step))];
        IReadOnlyList<ImportResult> results = chosen.Count == 0 ? [] : session.Repository.Import(chosen);
        session.Output.Fail(results.Select(result => result.Error));
        ILookup<ImportAction, ImportResult> done = results.Where(result => result.Error is null).ToLookup(result => result.Action);
        List<LlmConfiguration> changed = [.. results.Where(result => result.Error is null && result.Action is ImportAction.Create or ImportAction.Update).Select(result => result.Configuration!)];
        session.Output.Show(changed, Views.ConfigurationTable);
        if (results.Count > 0 && results.All(result => result.Error is null && result.Action is ImportAction.Skip or ImportAction.None))
        {
            session.Output.Done($"Nothing was changed: {(results.Count == 1 ? "what was read is here already" : $"all {results.Count} are here already")}.");
        }

        foreach (ImportResult removed in done[ImportAction.Remove])
        {
            session.Output.Tell($"llmconfig: warning: Removed '{removed.Configuration!.Name}': {removed.Step.Detail}.");
        }

        foreach (ImportResult keyless in done[ImportAction.Create].Where(result => result.Step.LeavesKeyBehind))
        {
            session.Output.Tell($"'{keyless.Configuration!.Name}' was imported without a key, since the file does not hold it. Give it with: llmconfig set {ShellWords.ForPosix(keyless.Configuration.Name)} --key-stdin");
        }

        foreach (ImportSource source in sources.Where(source => changed.Count > 0 && source.HoldsPlainKeys))
        {
            session.Output.Tell($"llmconfig: warning: '{source.Description}' still holds keys in plain text: delete it once nothing else reads it.");
        }
    }

    private static bool MaySendKeyElsewhere(Session session, ImportStep step)
    {
        try
        {
            return session.ConfirmOtherHost(
                step.Name, step.Configuration!.BaseUrl, step.Existing!.BaseUrl, "Look at where the new host is from; add --yes to allow it.");
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.InsecureBaseUrl)
        {
            session.Output.Fail(e);
            return false;
        }
    }
}
