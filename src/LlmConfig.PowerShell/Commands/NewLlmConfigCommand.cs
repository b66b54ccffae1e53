using System.Collections;
using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>New-LlmConfig: creates configurations; what is piped in is committed once.</summary>
[Cmdlet(VerbsCommon.New, "LlmConfig", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "New-LlmConfig.md")]
[OutputType(typeof(LlmConfiguration))]
public sealed class NewLlmConfigCommand : LlmConfigCommand
{
    private readonly List<NewConfiguration> _wanted = [];
    private string? _reason;
    private readonly List<NewConfiguration> _tried = [];
    private bool _sawRecord;

    /// <summary>The name; asked for where it is missing and somebody answers.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Name { get; set; } = string.Empty;

    /// <summary>The provider's id in the catalogue; asked for where it is missing and somebody answers.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Provider { get; set; } = string.Empty;

    /// <summary>The key; asked for where it is missing, the provider needs one and somebody answers.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [KeyArgument]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the environment variable that holds the key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(KeySourceCompleter))]
    public string? ApiKeyFromEnvironment { get; set; }

    /// <summary>The file that holds the key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ApiKeyFromFile { get; set; }

    /// <summary>A block that gives the key.</summary>
    [Parameter]
    [UnshownText]
    public ScriptBlock? ApiKeyFromCommand { get; set; }

    /// <summary>The name of a secret that somebody else keeps in the vault: read at each use, and never written or removed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyNameCompleter))]
    public string? KeyName { get; set; }

    /// <summary>The base URL, where the provider's default does not fit.</summary>
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

    /// <summary>The default model.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ModelCompleter))]
    public string? Model { get; set; }

    /// <summary>The organization that the provider bills.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Organization { get; set; }

    /// <summary>The project that the provider counts usage for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Project { get; set; }

    /// <summary>The version of the provider's API.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? ApiVersion { get; set; }

    /// <summary>Further headers of each request, none of them a credential.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Headers")]
    [HeaderArgument]
    public IDictionary? Header { get; set; }

    /// <summary>What it is for, in a line.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <summary>Words to find it by.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    [TagArgument]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>Who answers for it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(OwnerCompleter))]
    public string? Owner { get; set; }

    /// <summary>When the key expires; a time without a zone is of this machine's clock.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ExpiryArgument]
    public DateTime? ExpiresAt { get; set; }

    /// <summary>The vault for the key, or the one that has the secret.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string? Vault { get; set; }

    /// <summary>Makes it the default configuration.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BooleanText(IsSwitch = true)]
    public SwitchParameter AsDefault { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        RequireBooleans(DisplayText.Of(Name));
        KeyParameters given = GivenKey();
        if (given.IsBlank)
        {
            return;
        }

        _sawRecord = true;
        NewConfiguration wanted = new()
        {
            Name = Name,
            Provider = Provider,
            KeyName = KeyName,
            BaseUrl = BaseUrl,
            AllowInsecureBaseUrl = AllowInsecureBaseUrl,
            UseAuthHeader = UseAuthHeader,
            Model = Model,
            Details = new ConfigurationDetails
            {
                Organization = Organization,
                Project = Project,
                ApiVersion = ApiVersion,
                Headers = DetailArguments.Headers(Header, DisplayText.Of(Name)),
                Description = Description,
                Tags = DetailArguments.Tags(Tag, DisplayText.Of(Name)),
                Owner = Owner,
                ExpiresAt = DetailArguments.Expiry(ExpiresAt, DisplayText.Of(Name)),
            },
            Vault = Vault,
            AsDefault = MyInvocation.BoundParameters.ContainsKey(nameof(AsDefault)) ? AsDefault.ToBool() : null,
        };
        var questions = new NewConfigurationQuestions(new HostPrompter(Host, () => Stopping), Check, IsGiven);
        bool isGuided = !MyInvocation.ExpectingInput && !(IsGiven(nameof(Name)) && IsGiven(nameof(Provider)));
        if (isGuided)
        {
            wanted = questions.Complete(wanted);
        }

        if (Confirm(DisplayText.Of(wanted.Name), Describe(wanted, given.IsGiven), out bool whatIf) || whatIf)
        {
            ApiKey? key = given.Read(this, DisplayText.Of(wanted.Name), mayRun: !whatIf);
            if (!whatIf && !given.IsGiven && IsKeyMissing(wanted, isGuided))
            {
                key = questions.AskKey(wanted);
            }

            (whatIf ? _tried : _wanted).Add(wanted with { Key = Own(key) });
        }
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        if (!_sawRecord)
        {
            WriteWarning("Neither a key nor a configuration was piped in, so nothing was created.");
        }

        if (_tried.Count > 0)
        {
            IReadOnlyList<ChangeResult> tried = Repository.Preview(_tried);
            if (ApiKeyFromCommand is not null)
            {
                // The key that it would give is not missing.
                _tried.ForEach(DropWarnings);
            }

            WriteResults(tried, _ => { });
        }

        if (_wanted.Count == 0)
        {
            return;
        }

        var progress = new PipelineProgress(this, "Creating LLM configurations", _wanted.Count);
        IReadOnlyList<ChangeResult> results = progress.Run(() => Repository.Create(_wanted, progress, Cancellation));
        var named = _wanted.Where(item => !string.IsNullOrWhiteSpace(item.Vault)).Select(item => item.Name.Trim()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        WriteResults(results, made =>
        {
            if (IsVerbose)
            {
                WriteVerbose(Describe(made, named.Contains(made.Name)));
            }

            SayWhatIsNext(made);
            WriteObject(made);
        });
    });

    private static string Describe(NewConfiguration wanted, bool hasKey) =>
        "Create LLM configuration"
        + (LlmProviderCatalog.Find(wanted.Provider) is { } provider ? $" of {provider.DisplayName}" : string.Empty)
        + (string.IsNullOrWhiteSpace(wanted.Model) ? string.Empty : $", model '{DisplayText.Of(wanted.Model.Trim())}'")
        + (!string.IsNullOrWhiteSpace(wanted.KeyName) ? $", with the secret '{DisplayText.Of(wanted.KeyName)}' as its key" : hasKey ? ", with a new key" : string.Empty)
        + (wanted.AsDefault == true ? ", as the default" : string.Empty);

    private KeyParameters GivenKey()
    {
        // A key that is piped in binds nothing else; a row has other columns too.
        bool isPiped = MyInvocation.ExpectingInput
            && MyInvocation.BoundParameters.Keys.Where(parameter => !IsGiven(parameter)).SequenceEqual([nameof(ApiKey)]);
        return new(
            isPiped ? ApiKey : Cell(nameof(ApiKey), ApiKey),
            isPiped,
            Cell(nameof(ApiKeyFromEnvironment), ApiKeyFromEnvironment),
            Cell(nameof(ApiKeyFromFile), ApiKeyFromFile),
            ApiKeyFromCommand);
    }

    // What is to be warned of, its missing key above all, is known only when it is created.
    private LlmConfigException? Check(NewConfiguration wanted)
    {
        LlmConfigException? error = Repository.Preview([wanted])[0].Error;
        DropWarnings(wanted);
        return error;
    }

    private void DropWarnings(NewConfiguration wanted)
    {
        LlmConfigWarning[] others = [.. Warnings.Where(warning => warning.Target != DisplayText.Printable(wanted.Name.Trim()))];
        Warnings.Clear();
        Array.ForEach(others, Warnings.Enqueue);
    }

    // What breaks a rule is said before anybody looks for a key.
    private bool IsKeyMissing(NewConfiguration wanted, bool isGuided) =>
        !MyInvocation.ExpectingInput
        && string.IsNullOrWhiteSpace(wanted.KeyName)
        && LlmProviderCatalog.Find(wanted.Provider) is { } provider && (provider.KeyRequired || isGuided)
        && HostPrompter.CanAnswer(Host)
        && Check(wanted) is null;

    // To somebody at the prompt, for the first one; a key that is missing is warned of.
    private void SayWhatIsNext(LlmConfiguration made)
    {
        if (!MyInvocation.ExpectingInput && made.IsDefault && !IsGiven(nameof(AsDefault)))
        {
            bool isReady = made.Vault is not null || LlmProviderCatalog.Find(made.Provider) is { KeyRequired: false };
            Say($"'{made.Name}' is the default, as the first one.{(isReady ? $" Next: Use-LlmConfig {CompletionText.Quote(made.Name)} {{ … }}, with your program between the braces." : string.Empty)}");
        }
    }

    private string Describe(LlmConfiguration made, bool isNamed)
    {
        if (made.Vault is null)
        {
            return $"Created '{made.Name}' without a key.";
        }

        if (made.KeyName is { } secret)
        {
            return $"Created '{made.Name}'; its key is the secret '{DisplayText.Of(secret)}' of the vault '{made.Vault}', which is only read.";
        }

        // Where the vault was not named, why it is that one.
        string reason = isNamed ? string.Empty : " " + (_reason ??= Repository.GetDefaultVault().Reason);
        return $"Created '{made.Name}'; its key lies in the vault '{made.Vault}'.{reason}";
    }
}
