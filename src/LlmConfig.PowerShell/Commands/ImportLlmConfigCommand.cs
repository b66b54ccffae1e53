using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>Import-LlmConfig: takes over configurations from files, from the environment, or from a vault that stores share.</summary>
[Cmdlet(VerbsData.Import, "LlmConfig", SupportsShouldProcess = true, DefaultParameterSetName = ByPath, HelpUri = HelpPage.Folder + "Import-LlmConfig.md")]
[OutputType(typeof(LlmConfiguration), ParameterSetName = [ByPath, ByLiteralPath, ByEnvironment, ByVault])]
[OutputType(typeof(DesiredStep), ParameterSetName = [ByPath, ByLiteralPath])]
public sealed class ImportLlmConfigCommand : LlmConfigCommand
{
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";
    private const string ByEnvironment = "FromEnvironment";
    private const string ByVault = "FromVault";

    private readonly List<ImportSource> _sources = [];
    private readonly List<DesiredState> _states = [];
    private bool _failed;

    /// <summary>Files, wildcards allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByPath, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files, every character taken as it is.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByLiteralPath, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The format of the files, where it is not to be told from what they hold.</summary>
    [Parameter(ParameterSetName = ByPath)]
    [Parameter(ParameterSetName = ByLiteralPath)]
    public ImportFormat? Format { get; set; }

    /// <summary>Takes the files for desired states, and brings the store to them.</summary>
    [Parameter(ParameterSetName = ByPath)]
    [Parameter(ParameterSetName = ByLiteralPath)]
    public DesiredStateMode? Mode { get; set; }

    /// <summary>The password of an export with keys.</summary>
    [Parameter(ParameterSetName = ByPath)]
    [Parameter(ParameterSetName = ByLiteralPath)]
    [SecureStringOnly]
    public SecureString? Password { get; set; }

    /// <summary>Looks for the providers' variables in the environment.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByEnvironment)]
    public SwitchParameter FromEnvironment { get; set; }

    /// <summary>A registered vault that stores share; with -Secret, any vault.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByVault)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string FromVault { get; set; } = string.Empty;

    /// <summary>Secrets that people have in the vault, wildcards allowed: configurations that refer to them, in the place of what stores share.</summary>
    [Parameter(ParameterSetName = ByVault)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyNameCompleter))]
    public string[]? Secret { get; set; }

    /// <summary>Only those with these names.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Only those of these providers; with -Secret, the provider of all of them.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[]? Provider { get; set; }

    /// <summary>The vault for keys that come along.</summary>
    [Parameter(ParameterSetName = ByPath)]
    [Parameter(ParameterSetName = ByLiteralPath)]
    [Parameter(ParameterSetName = ByEnvironment)]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>What to do where the store has the name or the id already.</summary>
    [Parameter]
    public ImportConflict OnConflict { get; set; } = ImportConflict.Error;

    /// <summary>Allows plain http to other machines.</summary>
    [Parameter]
    public SwitchParameter AllowInsecureBaseUrl { get; set; }

    /// <summary>Does not ask before a kept key goes to another host.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ParameterSetName == ByPath ? Path : [])
        {
            Collect(() => FilePath.Resolve(this, path));
        }

        foreach (string path in ParameterSetName == ByLiteralPath ? LiteralPath : [])
        {
            Collect(() => [FilePath.Literal(this, path)]);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        if (Mode is not null)
        {
            string? other = Array.Find([nameof(Format), nameof(Password), nameof(Name), nameof(Provider), nameof(Vault), nameof(OnConflict), nameof(AllowInsecureBaseUrl), nameof(Force)], IsGiven);
            if (other is not null)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.InvalidArgument, null, $"The parameter {other} says nothing of a desired state.", "Leave it out: the file says all of it.");
            }

            _states.ForEach(Apply);
            return;
        }

        var names = new NameFilter(Name);
        var options = new ImportOptions
        {
            OnConflict = OnConflict,
            AllowInsecureBaseUrl = AllowInsecureBaseUrl,
            Vault = Vault,
            Names = names.Predicate,
            Providers = Secret is null ? Providers() : null,
        };
        IReadOnlyList<ImportStep> steps = Plan(options).Steps;
        WriteWarnings();
        foreach (string missed in names.Missed)
        {
            WriteError(new LlmConfigException(
                LlmConfigErrorCode.NotFound, DisplayText.Of(missed), $"Nothing that can be imported is called '{DisplayText.Of(missed)}'.", "-WhatIf lists what can be."));
        }

        List<ImportStep> chosen = [.. steps.Where(IsWanted)];
        if (chosen.Count > 0)
        {
            var progress = new PipelineProgress(this, "Importing LLM configurations", chosen.Count);
            Report(progress.Run(() => Repository.Import(chosen, progress, Cancellation)));
        }
    });

    // Each path may fail alone: whatever is wrong with one file, the next may be imported.
    private void Collect(Func<IReadOnlyList<string>> resolve) => _failed |= !Guard(() =>
    {
        foreach (string file in resolve())
        {
            if (Mode is not null)
            {
                _states.Add(Own(DesiredState.FromFile(file)));
            }
            else
            {
                _sources.Add(Own(Open(file)));
            }
        }
    }, mayEnd: false);

    private void Apply(DesiredState wanted)
    {
        DesiredPlan plan = Repository.PlanDesiredState(wanted, Mode == DesiredStateMode.Exact, cancellation: Cancellation);
        if (plan.DefaultVault is { } vault && !ShouldProcess("the store", $"Set the default vault to '{DisplayText.Of(vault)}'"))
        {
            return;
        }

        plan = plan.Where(step => !step.Changed || ShouldProcess(
            step.Name, $"{step.Action} LLM configuration{(step.Action == ImportAction.Update ? $": {string.Join(", ", step.Differences)}" : string.Empty)}"));
        var progress = new PipelineProgress(this, "Importing LLM configurations", plan.Steps.Count);
        foreach (DesiredStep step in progress.Run(() => Repository.Apply(plan, progress, Cancellation)))
        {
            if (step.Error is { } error)
            {
                WriteError(error);
            }
            else
            {
                WriteObject(step);
            }
        }

        WriteWarnings();
    }

    private ImportSource Open(string file)
    {
        SecureString? password = SecretParameters.ToPassword(Password);
        try
        {
            return ImportSource.FromFile(file, Format, password);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultLocked && password is null)
        {
            using SecureString? typed = new HostPrompter(Host, () => Stopping).AskPassword(e.Problem);
            if (typed is null)
            {
                throw;
            }

            return ImportSource.FromFile(file, Format, typed);
        }
    }

    private ImportPlan Plan(ImportOptions options)
    {
        if (Secret is not null)
        {
            FindSecrets();
        }
        else if (ParameterSetName == ByVault)
        {
            ImportPlan plan = Repository.PlanImport(FromVault, options, Cancellation);
            WriteVerbose($"The vault '{DisplayText.Of(FromVault)}' holds {plan.PassedOver} keys that say nothing of a configuration; they were passed over.");
            return plan;
        }

        if (FromEnvironment)
        {
            _sources.Add(Own(ImportSource.FromEnvironment(options.Providers)));
        }

        foreach (ImportSource source in _sources)
        {
            foreach (string remark in source.Remarks)
            {
                WriteWarning(remark);
            }

            foreach (LlmConfigException error in source.Errors)
            {
                WriteError(error);
            }
        }

        if (!_failed && _sources.All(source => source.Items.Count + source.Errors.Count + source.Remarks.Count == 0))
        {
            WriteWarning(FromEnvironment ? "No variable of a provider is set in this environment."
                : Secret is not null ? $"No secret of the vault '{DisplayText.Of(FromVault)}' that is no key of a store has such a name."
                : "There is nothing to import in what was named.");
        }

        return Repository.PlanImport([.. _sources.SelectMany(source => source.Items)], options);
    }

    private void FindSecrets()
    {
        if (Provider is { Length: > 1 })
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument, null, "Several providers were given for the secrets.", "Name one with -Provider, which holds for all of them, or leave it out.");
        }

        var secrets = new NameFilter(Secret);
        _sources.Add(Own(Repository.FindSecrets(FromVault, secrets.Predicate!, Provider?[0], AskProvider, Cancellation)));
        foreach (string missed in secrets.Missed)
        {
            _failed = true;
            WriteError(new LlmConfigException(
                LlmConfigErrorCode.NotFound,
                DisplayText.Of(missed),
                $"The vault '{DisplayText.Of(FromVault)}' lists no secret '{DisplayText.Of(missed)}' that is no key of a store.",
                "-Secret * with -WhatIf shows what it lists."));
        }
    }

    private string? AskProvider(string secret)
    {
        string shown = DisplayText.Of(secret);
        string message = $"Which provider the secret '{shown}' of the vault '{DisplayText.Of(FromVault)}' is for cannot be told from its name or its key. Get-LlmProvider lists the providers.";
        try
        {
            return new HostPrompter(Host, () => Stopping).Ask(message, $"Provider of '{shown}' (Enter to leave it out)").Trim();
        }
        catch (NonInteractiveException)
        {
            return null;
        }
    }

    private Predicate<string>? Providers()
    {
        if (Provider is null)
        {
            return null;
        }

        List<Func<string, bool>> patterns = [.. Provider.Select(pattern => WildcardPattern.ContainsWildcardCharacters(pattern)
            ? ConfigurationSelector.Matcher<string>(pattern, id => id)
            : LlmProviderCatalog.Get(pattern, target: null).Id.Equals)];
        return id => patterns.Any(matches => matches(id));
    }

    // What fails or changes nothing needs no question; the import reports it.
    private bool IsWanted(ImportStep step)
    {
        if (!step.Changes)
        {
            return true;
        }

        string action = step.Action switch
        {
            ImportAction.Create => "Import LLM configuration",
            ImportAction.Update => "Replace LLM configuration",
            _ => "Remove LLM configuration",
        };
        return ShouldProcess(step.Name, $"{action} ({step.Detail}): {step.Effect}") && (Force || !step.SendsKeptKeyElsewhere || MaySendKeyElsewhere(step));
    }

    private static string Place(LlmConfiguration item) =>
        $"{DisplayText.WithAsciiHost(item.BaseUrl) ?? "an unknown host"} ({DisplayText.Of(item.Provider)}, {(item.UseAuthHeader ? "as a bearer token" : "in the provider's own header")})";

    private bool MaySendKeyElsewhere(ImportStep step)
    {
        string next = DisplayText.WithAsciiHost(step.Configuration!.BaseUrl) ?? "an unknown host";
        bool? answer = Ask(
            step.Existing is { } existing
                ? $"The key of '{step.Name}' would go to {Place(step.Configuration!)} instead of {Place(existing)}. Keep the key and change the host?"
                : $"The key of '{step.Name}' ({step.Detail}) would go to {next}, which is not the provider's own host: who may write to the vault has chosen it. Import it?",
            "Key goes to another host");
        if (answer is null)
        {
            WriteError(new LlmConfigException(
                LlmConfigErrorCode.InsecureBaseUrl,
                step.Name,
                $"The key of '{step.Name}' would go to {next}, which nobody here has chosen yet, and nobody can be asked here.",
                "Look at where the new host is from; add -Force to allow it."));
        }

        return answer ?? false;
    }

    private void Report(IReadOnlyList<ImportResult> results)
    {
        WriteWarnings();
        foreach (ImportResult result in results)
        {
            if (result.Error is { } error)
            {
                // Never terminating here: the others were imported, and have to be written.
                WriteError(error);
                continue;
            }

            string name = result.Configuration!.Name;
            switch (result.Action)
            {
                case ImportAction.Create or ImportAction.Update:
                    WriteVerbose($"{(result.Action == ImportAction.Create ? "Created" : "Changed")} '{name}' ({result.Step.Detail}).");
                    TellOfOthers(result);
                    WriteObject(result.Configuration);
                    break;
                case ImportAction.Remove:
                    WriteWarning($"Removed '{name}': {result.Step.Detail}.");
                    break;
                case ImportAction.Skip:
                    WriteVerbose($"Skipped '{DisplayText.Of(result.Step.Name)}': there is a configuration '{name}' already.");
                    break;
                default:
                    WriteVerbose($"Left '{name}' as it is: nothing of it differs.");
                    break;
            }
        }

        Advise(results);
        if (ParameterSetName != ByVault && results.Count > 0 && results.All(result => result.Error is null && result.Action is ImportAction.Skip or ImportAction.None))
        {
            Say($"Nothing was changed: {(results.Count == 1 ? "what was read is here already" : $"all {results.Count} are here already")}{(OnConflict == ImportConflict.Rename ? ", with the same ids" : string.Empty)}.");
        }
    }

    private void TellOfOthers(ImportResult result)
    {
        if (result.RenamedConfiguration is { } renamed)
        {
            WriteWarning($"The configuration that was called '{result.Configuration!.Name}' is called '{renamed.Name}' now, and has its key still.");
        }

        if (result.RemovedConfiguration is { IsDefault: true } removed && !result.Configuration!.IsDefault)
        {
            WriteWarning($"'{removed.Name}' was the default configuration; the one in its place leads to another host and is not. Choose one with Set-LlmConfig -AsDefault.");
        }
    }

    private void Advise(IReadOnlyList<ImportResult> results)
    {
        List<string> keyless = [.. results.Where(result => result.Error is null && result.Step.LeavesKeyBehind && result.Action == ImportAction.Create).Select(result => $"'{result.Configuration!.Name}'")];
        if (keyless.Count > 0)
        {
            WriteWarning($"Imported without a key, since the file does not hold it: {string.Join(", ", keyless)}. Give it with Set-LlmConfig -AskApiKey.");
        }

        if (results.Any(result => result.Error is null && result.Action is ImportAction.Create or ImportAction.Update))
        {
            foreach (ImportSource source in _sources.Where(source => source.HoldsPlainKeys))
            {
                WriteWarning($"'{source.Description}' still holds keys in plain text: delete it once nothing else reads it.");
            }
        }
    }
}
