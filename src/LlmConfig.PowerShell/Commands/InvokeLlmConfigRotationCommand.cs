using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>Invoke-LlmConfigRotation: a new key of the provider, checked and in use before the old one is revoked.</summary>
// In the default set the block comes first: the engine would take it for a name otherwise, where configurations are piped in.
[Cmdlet(VerbsLifecycle.Invoke, "LlmConfigRotation", SupportsShouldProcess = true, DefaultParameterSetName = ByInputObject, HelpUri = HelpPage.Folder + "Invoke-LlmConfigRotation.md")]
[OutputType(typeof(KeyRotationResult))]
public sealed class InvokeLlmConfigRotationCommand : ConfigurationCommand
{
    /// <summary>The name, taken literally.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string? Name { get; set; }

    /// <summary>Makes a new key at the provider: gets the old one as a SecureString, and gives the new one as a text or a SecureString.</summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ById)]
    [Parameter(Position = 0, ParameterSetName = ByInputObject)]
    [UnshownText]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>Revokes the old key at the provider: gets it, and the new one after it, as SecureStrings.</summary>
    [Parameter]
    [UnshownText]
    public ScriptBlock? Revoke { get; set; }

    /// <summary>Uses the new key without asking the provider whether it works.</summary>
    [Parameter]
    public SwitchParameter SkipOnlineCheck { get; set; }

    /// <summary>Gives up a rotation that was cut off; the configuration keeps the key that it has.</summary>
    [Parameter]
    public SwitchParameter Abandon { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            Guard(Rotate);
        }
        finally
        {
            // An error of a block passes through as it is.
            WriteWarnings();
        }
    }

    private void Rotate()
    {
        LlmConfiguration item = Select(Name);
        if (Abandon == ScriptBlock is not null)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument, item.Name, "It takes either a block that makes the new key, or -Abandon.", "Such as Invoke-LlmConfigRotation work { param($old) … }.");
        }

        if (Abandon)
        {
            if (ShouldProcess(item.Name, "Give up the rotation of the key that was cut off"))
            {
                Repository.AbandonRotation(item.Id, Cancellation);
            }
        }
        else if (ShouldProcess(item.Name, $"Make a new key at {item.Provider}, use it{(Revoke is null ? string.Empty : ", and revoke the old one")}"))
        {
            WriteObject(Repository.RotateKey(item.Id, StepsFor(item), Cancellation));
        }
    }

    private KeyRotationSteps StepsFor(LlmConfiguration item) => new()
    {
        MakeKey = old =>
        {
            using SecureString given = old.ToSecureString();
            return KeyParameters.FromCommand(this, ScriptBlock!, item.Name, given);
        },
        Revoke = Revoke is null ? null : (old, made) =>
        {
            using SecureString given = old.ToSecureString();
            using SecureString inUse = made.ToSecureString();
            _ = KeyParameters.Run(this, Revoke, item.Name, given, inUse);
        },
        SkipOnlineCheck = SkipOnlineCheck,
    };
}
