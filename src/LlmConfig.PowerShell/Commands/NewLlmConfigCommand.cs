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
    private ApiKey? _asked;

    /// <summary>The name; asked for where it is missing and somebody answers.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Name { get; set; } = string.Empty;

    /// <summary>The provider's id in the catalogue; asked for where it is missing and somebody answers.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Provider { get; set; } = string.Empty;

    /// <summary>The key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SecureStringOnly]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the environment variable that holds the key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(KeySourceCompleter))]
    public string? ApiKeyFromEnvironment { get; set; }

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
        NewConfiguration wanted = new()
        {
            Name = Name,
            Provider = Provider,
            KeyName = KeyName,
            BaseUrl = BaseUrl,
            AllowInsecureBaseUrl = AllowInsecureBaseUrl,
            UseAuthHeader = UseAuthHeader,
            Model = Model,
            Vault = Vault,
            AsDefault = AsDefault,
        };
        if (!MyInvocation.ExpectingInput && !(IsGiven(nameof(Name)) && IsGiven(nameof(Provider))))
        {
            wanted = AskForTheRest(wanted);
            _asked = Own(wanted.Key);
        }

        if (Confirm(DisplayText.Of(wanted.Name), "Create LLM configuration", out bool whatIf) || whatIf)
        {
            (whatIf ? _tried : _wanted).Add(wanted with
            {
                Key = _asked ?? Own(SecretParameters.ToKey(
                    Cell(nameof(ApiKey), ApiKey), Cell(nameof(ApiKeyFromEnvironment), ApiKeyFromEnvironment), DisplayText.Of(wanted.Name))),
            });
        }
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        if (_tried.Count > 0)
        {
            WriteResults(Repository.Preview(_tried), _ => { });
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

            WriteObject(made);
        });
    });

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

    private NewConfiguration AskForTheRest(NewConfiguration given) => new NewConfigurationQuestions(
        new HostPrompter(Host, () => Stopping),
        wanted => Repository.Preview([wanted])[0].Error,
        IsGiven).Complete(given, IsGiven(nameof(ApiKey)) || IsGiven(nameof(ApiKeyFromEnvironment)) || IsGiven(nameof(KeyName)));
}
