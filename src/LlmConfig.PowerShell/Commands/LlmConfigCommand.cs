using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>
/// What all cmdlets of the module share: the repository, opened when it is first needed, what was given to them, and questions.
/// </summary>
public abstract class LlmConfigCommand : StoppableCommand
{
    private HashSet<string> _given = [];
    private LlmConfigRepository? _repository;
    private bool _yesToAll;
    private bool _noToAll;

    private protected LlmConfigCommand()
    {
    }

    /// <summary>What no parameter takes: reported without being repeated, since it may be a key.</summary>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    [SurplusArguments]
    public string[] SurplusArguments { get; set; } = [];

    /// <summary>The store that the environment names now.</summary>
    private protected LlmConfigRepository Repository => _repository ??= Own(new LlmConfigRepository(
        StoreFolder.Resolve(),
        new LlmConfigOptions
        {
            Vaults = new RegisteredVaults(this, MayAsk, Cancellation),
            Command = MyInvocation.MyCommand.Name,
            AskPassphrase = new HostPrompter(Host, () => Cancellation.IsCancellationRequested).AskPassphrase,
            Warning = Warnings.Enqueue,

            // Not that of the process: a location of PowerShell is its own.
            CurrentFolder = SessionState.Path.CurrentFileSystemLocation.ProviderPath,
        }));

    /// <summary>False where a vault that would ask for its password is taken for a locked one.</summary>
    private protected virtual bool MayAsk => true;

    /// <summary>False where what is written with WriteVerbose goes nowhere, so that it need not be found out.</summary>
    private protected bool IsVerbose => MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given)
        ? given is SwitchParameter { IsPresent: true }
        : MyInvocation.BoundParameters.ContainsKey("Debug")
            || GetVariableValue("VerbosePreference") is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _given = [.. MyInvocation.BoundParameters.Keys];
        if (SurplusArguments.Length > 0)
        {
            string? unknown = SurplusArguments.FirstOrDefault(argument => argument != SurplusArgumentsAttribute.NotShown);
            ThrowTerminatingError(LlmConfigErrorRecord.From(new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument,
                null,
                unknown is null
                    ? $"There are more arguments than {MyInvocation.MyCommand.Name} takes. They are not repeated here, since one may be a key."
                    : $"{MyInvocation.MyCommand.Name} has no parameter {unknown}.",
                unknown is null
                    ? "Put a name with spaces into quotes; give a key as a SecureString with -ApiKey."
                    : $"Get-Help {MyInvocation.MyCommand.Name} shows the parameters.")));
        }

        if (BooleanTextAttribute.TakeRefusal())
        {
            ThrowTerminatingError(LlmConfigErrorRecord.From(NeitherTrueNorFalse(null)));
        }
    }

    /// <summary>Says something to a person at the prompt; no output, and nothing that a script would see.</summary>
    private protected void Tell(string text) => WriteInformation(new HostInformationMessage { Message = text }, ["PSHOST"]);

    /// <summary>Refuses a record with a text in the place of a Boolean.</summary>
    /// <param name="target">What it is about.</param>
    /// <exception cref="LlmConfigException">InvalidArgument.</exception>
    private protected static void RequireBooleans(string? target)
    {
        if (BooleanTextAttribute.TakeRefusal())
        {
            throw NeitherTrueNorFalse(target);
        }
    }

    private static LlmConfigException NeitherTrueNorFalse(string? target) => new(
        LlmConfigErrorCode.InvalidArgument,
        target,
        "A setting that is true or false was given a text that is neither.",
        "Give 'true' or 'false' for UseAuthHeader, AllowInsecureBaseUrl and AsDefault, or leave them out.");

    /// <summary>True for a parameter that was given on the command line, false for one that the pipeline bound.</summary>
    private protected bool IsGiven(string parameter) => _given.Contains(parameter);

    /// <summary>The text, or <see langword="null"/> for an empty cell of what was piped in; an empty text on the command line stays.</summary>
    private protected string? Cell(string parameter, string? text) =>
        IsGiven(parameter) ? text ?? string.Empty : string.IsNullOrWhiteSpace(text) ? null : text;

    /// <summary>The key, or <see langword="null"/> for an empty cell of what was piped in.</summary>
    private protected SecureString? Cell(string parameter, SecureString? key) =>
        key == SecureStringOnlyAttribute.Empty ? IsGiven(parameter) ? SecureStringOnlyAttribute.Refused : null : key;

    /// <summary>Asks as ShouldProcess does, and says whether -WhatIf is the reason for a no.</summary>
    /// <param name="target">What would be changed.</param>
    /// <param name="action">What would be done to it.</param>
    /// <param name="whatIf">True when nothing is to be done but to say what would be.</param>
    private protected bool Confirm(string target, string action, out bool whatIf)
    {
        bool confirmed = ShouldProcess(
            $"Performing the operation \"{action}\" on target \"{target}\".", null, null, out ShouldProcessReason reason);
        whatIf = !confirmed && reason == ShouldProcessReason.WhatIf;
        return confirmed;
    }

    /// <summary>
    /// Asks a question that only a person may answer: never a pipe, and never a job that nobody looks at. An answer to all holds for the command.
    /// </summary>
    /// <param name="question">The question.</param>
    /// <param name="caption">Its heading.</param>
    /// <returns>The answer, or <see langword="null"/> where nobody can be asked.</returns>
    private protected bool? Ask(string question, string caption)
    {
        if (!_yesToAll && !_noToAll && !HostPrompter.CanAnswer(Host))
        {
            return null;
        }

        try
        {
            return ShouldContinue(question, caption, hasSecurityImpact: true, ref _yesToAll, ref _noToAll);
        }
        catch (Exception e) when (e is not PipelineStoppedException)
        {
            // Hosts without a person differ in what they throw, down to a NullReferenceException at the end of input.
            return null;
        }
    }

    /// <summary>Says something to a person at the prompt, and to nobody else: scripts, jobs and pipes hear nothing.</summary>
    private protected void Say(string line)
    {
        if (HostPrompter.CanAnswer(Host))
        {
            WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
        }
    }

    /// <summary>Writes errors; gives what succeeded to <paramref name="succeeded"/>. No error ends the command: the others were changed.</summary>
    private protected void WriteResults(IEnumerable<ChangeResult> results, Action<LlmConfiguration> succeeded)
    {
        WriteWarnings();
        foreach (ChangeResult result in results)
        {
            if (result.Error is { } error)
            {
                WriteError(error);
            }
            else
            {
                succeeded(result.Configuration!);
            }
        }
    }
}
