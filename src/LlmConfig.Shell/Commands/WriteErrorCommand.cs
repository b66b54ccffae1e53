using System.Management.Automation;

namespace LlmConfig.Shell.Commands;

/// <summary>An error of the script's own.</summary>
[Cmdlet(VerbsCommunications.Write, "Error", DefaultParameterSetName = "Message")]
internal sealed class WriteErrorCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Message")]
    [Parameter(ParameterSetName = "Exception")]
    [AllowEmptyString]
    public string? Message { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Exception")]
    public Exception? Exception { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "ErrorRecord")]
    public ErrorRecord? ErrorRecord { get; set; }

    [Parameter(ParameterSetName = "Message")]
    [Parameter(ParameterSetName = "Exception")]
    public ErrorCategory Category { get; set; } = ErrorCategory.NotSpecified;

    [Parameter(ParameterSetName = "Message")]
    [Parameter(ParameterSetName = "Exception")]
    public string? ErrorId { get; set; }

    [Parameter(ParameterSetName = "Message")]
    [Parameter(ParameterSetName = "Exception")]
    public object? TargetObject { get; set; }

    [Parameter]
    public string? RecommendedAction { get; set; }

    protected override void ProcessRecord()
    {
        // A copy: writing a record changes it, and the caller may still hold the one it gave.
        ErrorRecord record = ErrorRecord is null
            ? new ErrorRecord(Exception ?? new RuntimeException(Message), ErrorId ?? DefaultId, Category, TargetObject)
            : new ErrorRecord(ErrorRecord, ErrorRecord.Exception);
        if (!string.IsNullOrEmpty(Message) || !string.IsNullOrEmpty(RecommendedAction))
        {
            record.ErrorDetails = new ErrorDetails(string.IsNullOrEmpty(Message) ? record.Exception.Message : Message)
            {
                RecommendedAction = RecommendedAction ?? string.Empty,
            };
        }

        WriteError(record);
    }

    // The original's own exception type is not in the engine; its name is what scripts look for.
    private string DefaultId => Exception?.GetType().FullName ?? "Microsoft.PowerShell.Commands.WriteErrorException";
}
