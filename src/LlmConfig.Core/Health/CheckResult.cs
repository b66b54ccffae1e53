namespace LlmConfig;

/// <summary>What one check of a store found, fit to be shown and never holding a key.</summary>
public record CheckResult
{
    internal CheckResult(string check, CheckStatus status, string target, string message, string? remedy = null)
    {
        Check = check;
        Status = status;
        Target = target;
        Message = message;
        Remedy = remedy;
    }

    /// <summary>What was checked, one word in the singular such as <c>File</c> or <c>Key</c>; the same from version to version.</summary>
    public string Check { get; }

    /// <summary>How it came out.</summary>
    public CheckStatus Status { get; }

    /// <summary>The file, vault, configuration or key concerned.</summary>
    public string Target { get; }

    /// <summary>What was found, as full sentences.</summary>
    public string Message { get; }

    /// <summary>What to do about it, as a full sentence; <see langword="null"/> where there is nothing to do.</summary>
    public string? Remedy { get; }
}
