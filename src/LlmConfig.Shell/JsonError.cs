using System.Management.Automation;
using System.Management.Automation.Language;
using System.Security;

namespace LlmConfig.Shell;

/// <summary>An error, for programs.</summary>
/// <param name="Code">The error id, without the command that appended its name.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="Target">What it happened to.</param>
/// <param name="RecommendedAction">What to do about it.</param>
internal sealed record JsonError(string Code, string Message, string? Target, string? RecommendedAction)
{
    /// <summary>The error that ended a script, or kept it from beginning.</summary>
    public static JsonError From(RuntimeException exception)
    {
        if (exception is not ParseException { Errors: [var first, ..] })
        {
            return From(exception.ErrorRecord);
        }

        IScriptExtent at = first.Extent;
        return new JsonError(
            "ParseError",
            $"{(at.File is null ? "Line" : at.File + ": line")} {at.StartLineNumber}, column {at.StartColumnNumber}: {first.Message}",
            at.File,
            null);
    }

    public static JsonError From(ErrorRecord record)
    {
        string id = record.FullyQualifiedErrorId;
        int comma = id.IndexOf(',', StringComparison.Ordinal);
        string code = comma >= 0 ? id[..comma] : id;
        return new JsonError(
            string.IsNullOrWhiteSpace(code) ? record.Exception.GetType().Name : code,
            record.ErrorDetails?.Message is { Length: > 0 } message ? message : record.Exception.Message,
            DescribeTarget(record.TargetObject),
            record.ErrorDetails?.RecommendedAction is { Length: > 0 } action ? action : null);
    }

    private static string? DescribeTarget(object? target)
    {
        object? value = target is PSObject wrapped ? wrapped.BaseObject : target;
        return value is null or SecureString ? null : LanguagePrimitives.TryConvertTo(target, out string text) ? text : value.GetType().Name;
    }
}
