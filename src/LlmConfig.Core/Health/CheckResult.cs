namespace LlmConfig;

/// <summary>What one check of a store found, fit to be shown: neither a key nor a character that steers a terminal is in it.</summary>
public record CheckResult
{
    internal CheckResult(string check, CheckStatus status, string target, string message, string? remedy = null)
    {
        Check = check;
        Status = status;
        Target = DisplayText.Printable(target);
        Message = DisplayText.Printable(message);
        Remedy = DisplayText.Printable(remedy);
    }

    /// <summary>What was checked, one word in the singular such as <c>File</c> or <c>Key</c>; the same from version to version.</summary>
    public string Check { get; }

    /// <summary>How it came out.</summary>
    public CheckStatus Status { get; }

    /// <summary>True when something does not work, or when it cannot be told whether it works. Keys of which nobody knows whose they are keep nothing from working.</summary>
    public bool IsFailure() => Status == CheckStatus.Error || (Status == CheckStatus.Unknown && Check != StoreCheck.Orphan);

    /// <summary>The file, vault, configuration or key concerned.</summary>
    public string Target { get; }

    /// <summary>What was found, as full sentences.</summary>
    public string Message { get; }

    /// <summary>What to do about it, as a full sentence; <see langword="null"/> where there is nothing to do.</summary>
    public string? Remedy { get; }

    /// <summary>The step of a repair that fixes it; <see langword="null"/> where there is nothing to do, or where a person has to do it.</summary>
    internal RepairStep? Fix { get; init; }
}

/// <summary>How a check came out.</summary>
public enum CheckStatus
{
    /// <summary>Nothing to do.</summary>
    Ok = 0,

    /// <summary>Nothing is lost and everything works, but somebody should look at it.</summary>
    Warning = 1,

    /// <summary>Something does not work, or a key could be read by others.</summary>
    Error = 2,

    /// <summary>It cannot be told: a vault is locked, does not answer, or says nothing of it.</summary>
    Unknown = 3,
}
