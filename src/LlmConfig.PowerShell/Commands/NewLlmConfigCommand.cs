using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>New-LlmConfig: creates configurations; what is piped in is committed once.</summary>
[Cmdlet(VerbsCommon.New, "LlmConfig", SupportsShouldProcess = true)]
[OutputType(typeof(LlmConfiguration))]
public sealed class NewLlmConfigCommand : LlmConfigCommand
{
    private readonly List<NewConfiguration> _wanted = [];
    private string? _reason;

    /// <summary>The name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Name { get; set; } = string.Empty;

    /// <summary>The provider's id in the catalogue.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Provider { get; set; } = string.Empty;

    /// <summary>The key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SecureStringOnly]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the environment variable that holds the key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ApiKeyFromEnvironment { get; set; }

    /// <summary>The base URL, where the provider's default does not fit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? BaseUrl { get; set; }

    /// <summary>Allows plain http to other machines.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BooleanText(IsSwitch = true)]
    public SwitchParameter AllowInsecureBaseUrl { get; set; }

    /// <summary>True for Authorization: Bearer, false for the provider's own header.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [BooleanText]
    public bool? UseAuthHeader { get; set; }

    /// <summary>The default model.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Model { get; set; }

    /// <summary>The vault for the key.</summary>
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
        if (ShouldProcess(ShownText.Of(Name), "Create LLM configuration"))
        {
            _wanted.Add(new NewConfiguration
            {
                Name = Name,
                Provider = Provider,
                Key = KeyParameters.ToKey(Cell(nameof(ApiKey), ApiKey), Cell(nameof(ApiKeyFromEnvironment), ApiKeyFromEnvironment), ShownText.Of(Name)),
                BaseUrl = BaseUrl,
                AllowInsecureBaseUrl = AllowInsecureBaseUrl,
                UseAuthHeader = UseAuthHeader,
                Model = Model,
                Vault = Vault,
                AsDefault = AsDefault,
            });
        }
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        if (_wanted.Count == 0)
        {
            return;
        }

        var progress = new PipelineProgress(this, "Creating LLM configurations", _wanted.Count);
        IReadOnlyList<ChangeResult> results = progress.Run(() => Repository.Create(_wanted, progress, Cancellation));
        WriteWarnings();
        foreach ((ChangeResult result, NewConfiguration wanted) in results.Zip(_wanted))
        {
            if (result.Error is { } error)
            {
                // Never terminating here: the others were created, and have to be written.
                WriteError(LlmConfigErrorRecord.From(error));
                continue;
            }

            WriteVerbose(Describe(result.Configuration!, wanted));
            WriteObject(result.Configuration);
        }
    });

    private string Describe(LlmConfiguration made, NewConfiguration wanted)
    {
        if (made.Vault is null)
        {
            return $"Created '{made.Name}' without a key.";
        }

        // Where the vault was not named, why it is that one.
        string reason = string.IsNullOrWhiteSpace(wanted.Vault) ? " " + (_reason ??= Repository.GetDefaultVault().Reason) : string.Empty;
        return $"Created '{made.Name}'; its key lies in the vault '{made.Vault}'.{reason}";
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _wanted.ForEach(item => item.Key?.Dispose());
        }

        base.Dispose(disposing);
    }
}
