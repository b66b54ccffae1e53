using System.Collections;
using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>Set-LlmConfig: changes settings, rotates keys, moves them to another vault.</summary>
[Cmdlet(VerbsCommon.Set, "LlmConfig", SupportsShouldProcess = true, DefaultParameterSetName = ByName, HelpUri = HelpPage.Folder + "Set-LlmConfig.md")]
[OutputType(typeof(LlmConfiguration))]
public sealed class SetLlmConfigCommand : ConfigurationChangeCommand
{
    private readonly List<KeyValuePair<Guid, ConfigurationUpdate>> _wanted = [];
    private readonly List<KeyValuePair<Guid, ConfigurationUpdate>> _tried = [];
    private bool _sawBlank;

    /// <summary>Another name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? NewName { get; set; }

    /// <summary>Another provider.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string? Provider { get; set; }

    /// <summary>A new key; the old one is removed after the change is on disk.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [KeyArgument]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the environment variable that holds the new key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(KeySourceCompleter))]
    public string? ApiKeyFromEnvironment { get; set; }

    /// <summary>The file that holds the new key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ApiKeyFromFile { get; set; }

    /// <summary>A block that gives the new key.</summary>
    [Parameter]
    [UnshownText]
    public ScriptBlock? ApiKeyFromCommand { get; set; }

    /// <summary>Asks for the new key, which is not shown.</summary>
    [Parameter]
    public SwitchParameter AskApiKey { get; set; }

    /// <summary>The name of a secret that somebody else keeps in the vault: read at each use from then on, in the place of a key of its own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyNameCompleter))]
    public string? KeyName { get; set; }

    /// <summary>Removes the key and keeps the configuration.</summary>
    [Parameter]
    public SwitchParameter RemoveApiKey { get; set; }

    /// <summary>Another base URL; empty for the provider's default.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(BaseUrlCompleter))]
    public string? BaseUrl { get; set; }

    /// <summary>Allows plain http to other machines.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BooleanText(IsSwitch = true)]
    public SwitchParameter AllowInsecureBaseUrl { get; set; }

    /// <summary>True for Authorization: Bearer, false for the provider's own header.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BooleanText]
    [ArgumentCompleter(typeof(BooleanCompleter))]
    public bool? UseAuthHeader { get; set; }

    /// <summary>Another default model; empty for none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ModelCompleter))]
    public string? Model { get; set; }

    /// <summary>Another organization that the provider bills; empty for none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Organization { get; set; }

    /// <summary>Another project that the provider counts usage for; empty for none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Project { get; set; }

    /// <summary>Another version of the provider's API; empty for none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? ApiVersion { get; set; }

    /// <summary>Further headers of each request, in the place of all that there are; empty for none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Headers")]
    [HeaderArgument]
    public IDictionary? Header { get; set; }

    /// <summary>What it is for, in a line; empty for nothing.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <summary>Words to find it by, in the place of all that there are; empty for none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    [TagArgument]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>Who answers for it; empty for nobody.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(OwnerCompleter))]
    public string? Owner { get; set; }

    /// <summary>When the key expires; a time without a zone is of this machine's clock. Empty for no time.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ExpiryArgument]
    public DateTime? ExpiresAt { get; set; }

    /// <summary>Another vault for the key, or the one that has the secret.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>Makes it the default configuration; -AsDefault:$false makes it no longer that.</summary>
    [Parameter]
    public SwitchParameter AsDefault { get; set; }

    /// <summary>Lets the key go where the configuration says, although it was stored for another host, provider or header style.</summary>
    [Parameter]
    public SwitchParameter AcceptHost { get; set; }

    /// <summary>Does not ask before a kept key goes to another host.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives back the configurations as they are after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        if (IsGiven(nameof(NewName)) && _wanted.Count + _tried.Count > 1)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.DuplicateName,
                DisplayText.Of(NewName),
                $"-NewName would give {_wanted.Count + _tried.Count} configurations the same name.",
                "Name one configuration; nothing was changed.");
        }

        if (_sawBlank && _wanted.Count + _tried.Count == 0)
        {
            WriteWarning("The key that was piped in is empty, so nothing was changed.");
        }

        if (_tried.Count > 0)
        {
            WriteResults(Repository.Preview(_tried), _ => { });
        }

        if (_wanted.Count == 0)
        {
            return;
        }

        var progress = new PipelineProgress(this, "Changing LLM configurations", _wanted.Count);
        WriteResults(progress.Run(() => Repository.Update(_wanted, progress, Cancellation)), item =>
        {
            if (PassThru)
            {
                WriteObject(item);
            }
        });
    });

    private protected override void Process(LlmConfiguration item)
    {
        ConfigurationUpdate update = new()
        {
            NewName = If(nameof(NewName), Cell(nameof(NewName), NewName)),
            Provider = If(nameof(Provider), Provider),
            KeyName = If(nameof(KeyName), Cell(nameof(KeyName), KeyName)),
            RemoveKey = RemoveApiKey,
            BaseUrl = IfText(nameof(BaseUrl), BaseUrl),
            AllowInsecureBaseUrl = AllowInsecureBaseUrl,
            UseAuthHeader = If(nameof(UseAuthHeader), UseAuthHeader),
            Model = IfText(nameof(Model), Model),
            Details = new ConfigurationDetails
            {
                Organization = IfText(nameof(Organization), Organization),
                Project = IfText(nameof(Project), Project),
                ApiVersion = IfText(nameof(ApiVersion), ApiVersion),
                Headers = DetailArguments.Headers(IfFilled(nameof(Header), Header, isFilled: Header is { Count: > 0 } || Header == DetailArguments.NoHeader || Header == DetailArguments.SecretHeader), item.Name),
                Description = IfText(nameof(Description), Description),
                Tags = DetailArguments.Tags(IfFilled(nameof(Tag), Tag, isFilled: Tag is { Length: > 0 }), item.Name),
                Owner = IfText(nameof(Owner), Owner),
                ExpiresAt = DetailArguments.Expiry(IfFilled(nameof(ExpiresAt), ExpiresAt, isFilled: ExpiresAt != DetailArguments.Never), item.Name),
            },
            Vault = If(nameof(Vault), Vault),
            AsDefault = If<bool?>(nameof(AsDefault), AsDefault.ToBool()),
            AcceptHostOf = AcceptHost ? item : null,
        };
        KeyParameters given = GivenKey();
        if (given.IsBlank)
        {
            _sawBlank = true;
            return;
        }

        string changes = string.Join("; ", update.Describe(item, given.IsGiven || AskApiKey));
        if (!Confirm(item.Name, $"Change LLM configuration{(changes.Length > 0 ? $": {changes}" : ", of which nothing differs")}", out bool whatIf) && !whatIf)
        {
            return;
        }

        if (RemoveApiKey && (given.IsGiven || AskApiKey))
        {
            throw SecretParameters.Invalid(item.Name, "A new key was given together with -RemoveApiKey.", "Use one of the two.");
        }

        if (AskApiKey && given.IsGiven)
        {
            throw SecretParameters.Invalid(item.Name, "A key was given together with -AskApiKey.", "Use one of the two.");
        }

        update = update with { Key = Own(AskApiKey && !whatIf ? AskKey(item, update) : given.Read(this, item.Name, mayRun: !whatIf)) };
        if (whatIf)
        {
            _tried.Add(new(item.Id, update));
            return;
        }

        if (Force || (MayAccept(item) && (!update.SendsKeptKeyElsewhere(item) || MaySendKeyElsewhere(item, update))))
        {
            _wanted.Add(new(item.Id, update));
        }
    }

    private KeyParameters GivenKey()
    {
        // With the name or id on the command line, what is piped in by itself is the key. Else a text is the name, which binds here too.
        string[] piped = [.. MyInvocation.BoundParameters.Keys.Where(parameter => !IsGiven(parameter))];
        bool isPiped = MyInvocation.ExpectingInput && piped.SequenceEqual([nameof(ApiKey)]);
        return new(
            isPiped ? ApiKey : If(nameof(ApiKey), IsName(ApiKey) ? null : Cell(nameof(ApiKey), ApiKey)),
            isPiped,
            If(nameof(ApiKeyFromEnvironment), Cell(nameof(ApiKeyFromEnvironment), ApiKeyFromEnvironment)),
            If(nameof(ApiKeyFromFile), Cell(nameof(ApiKeyFromFile), ApiKeyFromFile)),
            ApiKeyFromCommand);
    }

    private bool IsName(SecureString? key) =>
        !IsGiven(nameof(ApiKey)) && !IsGiven(ByName) && key is not null && KeyArgumentAttribute.Behind(key) is { } piped
        && LanguagePrimitives.TryConvertTo(piped, out string[] names) && names.SequenceEqual(Name);

    private ApiKey? AskKey(LlmConfiguration item, ConfigurationUpdate update)
    {
        string provider = update.Provider ?? item.Provider;
        string whose = LlmProviderCatalog.Find(provider)?.DisplayName ?? item.Provider;
        try
        {
            ApiKey? key = new HostPrompter(Host, () => Stopping).AskKey(
                $"New API key of '{item.Name}' ({whose}; not shown)", item.Name, provider, update.BaseUrl ?? (update.Provider is null ? item.BaseUrl : null));
            if (key is null)
            {
                WriteWarning($"Nothing was typed, so '{item.Name}' keeps the key that it has.");
            }

            return key;
        }
        catch (NonInteractiveException)
        {
            throw SecretParameters.Invalid(item.Name, "Nobody can be asked for the key here.", $"Give it with one of {KeyParameters.Ways}.");
        }
    }

    private bool MayAccept(LlmConfiguration item) =>
        !AcceptHost || Repository.GetHostProblem(item) is not { } problem
        || MaySend(item, $"{problem} Let the key go there from now on?", "Accept the host of a key", LlmConfigErrorCode.HostMismatch, problem, "Add -Force to accept it.");

    // Of a configuration that is piped in, only its identity counts: its settings may be old ones.
    private T? If<T>(string parameter, T? value) =>
        IsGiven(parameter) || (!IsSnapshot && MyInvocation.BoundParameters.ContainsKey(parameter)) ? value : default;

    // On the command line, null and the empty text clear. In what is piped in, an empty cell leaves the setting; and the
    // engine keeps a parameter of an earlier record among the bound ones, with null for its value.
    private string? IfText(string parameter, string? value) =>
        If(parameter, IsGiven(parameter) ? value ?? string.Empty : Cell(parameter, value));

    // As above: what is empty clears on the command line, and leaves the setting in a row.
    private T? IfFilled<T>(string parameter, T? value, bool isFilled) => IsGiven(parameter) || isFilled ? If(parameter, value) : default;

    private bool MaySendKeyElsewhere(LlmConfiguration item, ConfigurationUpdate update)
    {
        string? next = string.IsNullOrWhiteSpace(update.BaseUrl)
            ? LlmProviderCatalog.Find(update.Provider ?? item.Provider)?.DefaultBaseUrl
            : update.BaseUrl.Trim();
        return MaySend(
            item,
            $"The key of '{item.Name}' would go to {DisplayText.WithAsciiHost(next) ?? "an unknown host"} instead of {DisplayText.WithAsciiHost(item.BaseUrl) ?? "an unknown host"}. Keep the key and change the host?",
            "Key goes to another host",
            LlmConfigErrorCode.InsecureBaseUrl,
            $"The key of '{item.Name}' would go to another host, and nobody can be asked here.",
            "Add -Force to allow it, or give the key of the new host with -ApiKey.");
    }

    private bool MaySend(LlmConfiguration item, string question, string caption, LlmConfigErrorCode code, string problem, string remedy) =>
        Ask(question, caption) ?? throw new LlmConfigException(code, item.Name, problem, remedy);
}
