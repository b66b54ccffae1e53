namespace LlmConfig;

/// <summary>What one check of a store found, fit to be shown: neither a key nor a character that steers a terminal is in it.</summary>
public record CheckResult
{
    internal CheckResult(string check, CheckStatus status, string target, string message, string? remedy = null)
    {
        Check = check;
        Status = status;
        Target = ShownText.Printable(target);
        Message = ShownText.Printable(message);
        Remedy = remedy is null ? null : ShownText.Printable(remedy);
    }

    /// <summary>What was checked, one word in the singular such as <c>File</c> or <c>Key</c>; the same from version to version.</summary>
    public string Check { get; }

    /// <summary>How it came out.</summary>
    public CheckStatus Status { get; }

    /// <summary>True when something does not work, or when it cannot be told whether it works. Keys of which nobody knows whose they are keep nothing from working.</summary>
    public bool IsFailure() => Status == CheckStatus.Error || (Status == CheckStatus.Unknown && Check != StoreChecks.Orphan);

    /// <summary>The file, vault, configuration or key concerned.</summary>
    public string Target { get; }

    /// <summary>What was found, as full sentences.</summary>
    public string Message { get; }

    /// <summary>What to do about it, as a full sentence; <see langword="null"/> where there is nothing to do.</summary>
    public string? Remedy { get; }
}
