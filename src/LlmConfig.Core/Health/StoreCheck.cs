using System.Globalization;

namespace LlmConfig;

/// <summary>
/// One check of a store: it looks at a snapshot for one kind of problem, and gives each problem the step that fixes it, where a repair can.
/// Nothing may be changed while it looks. The step looks again before it changes anything, so an old plan does no harm.
/// </summary>
/// <param name="name">What results of it are called.</param>
/// <param name="store">What it works with.</param>
/// <param name="staysWrong">True where a repair reports the problems that it cannot fix.</param>
internal abstract class StoreCheck(string name, StoreParts store, bool staysWrong = true)
{
    public const string File = "File";
    public const string Version = "Version";
    public const string Backup = "Backup";
    public const string Revision = "Revision";
    public const string Owner = "Owner";
    public const string Permission = "Permission";
    public const string Vault = "Vault";
    public const string Protector = "Protector";
    public const string Key = "Key";
    public const string Host = "Host";
    public const string Label = "Label";
    public const string Age = "Age";
    public const string Expiry = "Expiry";
    public const string Time = "Time";
    public const string Rotation = "Rotation";
    public const string Orphan = "Orphan";
    public const string Drift = "Drift";
    public const string Intent = "Intent";
    public const string Leftover = "Leftover";

    protected const string Repair = "Run Repair-LlmConfig.";

    public bool StaysWrong => staysWrong;

    protected StoreParts Store => store;

    /// <summary>What there is to say, one result for each problem, or one that all is well.</summary>
    public abstract IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation);

    /// <summary>Names in quotes, ten at most.</summary>
    public static string Names(IReadOnlyList<string> names)
    {
        const int most = 10;
        string listed = string.Join(", ", names.Take(most).Select(name => $"'{name}'"));
        return names.Count > most ? Invariant($"{listed} and {names.Count - most} more") : listed;
    }

    public static string KeptAside(IReadOnlyList<string> paths) => paths.Count == 0 ? string.Empty
        : $" What was damaged is kept as {string.Join(" and ", paths.Select(path => $"'{Path.GetFileName(path)}'"))}.";

    protected CheckResult Ok(string target, string message) => new(name, CheckStatus.Ok, target, message);

    protected CheckResult Warning(string target, string message, string remedy, RepairStep? fix = null) =>
        new(name, CheckStatus.Warning, target, message, remedy) { Fix = fix };

    protected CheckResult Error(string target, string message, string remedy, RepairStep? fix = null) =>
        new(name, CheckStatus.Error, target, message, remedy) { Fix = fix };

    protected CheckResult Failed(string target, LlmConfigException error, CheckStatus status = CheckStatus.Error) =>
        new(name, status, target, error.Problem, error.RecommendedAction);

    /// <summary>A step that fixes a problem: it gives what was done, or <see langword="null"/> where there is nothing to do any more.</summary>
    protected RepairStep Step(
        string target, string action, Func<CancellationToken, string?> fix, bool needsFile = true, bool needsConsent = false, bool removesKey = false) =>
        new(name, target, action, fix) { NeedsFile = needsFile, NeedsConsent = needsConsent, RemovesKey = removesKey };

    /// <summary>The problems; where there is none and it <paramref name="isSure"/>, that all is well.</summary>
    protected IEnumerable<CheckResult> OrOk(IEnumerable<CheckResult> problems, bool isSure, string target, string message)
    {
        CheckResult[] found = [.. problems];
        return found.Length == 0 && isSure ? [Ok(target, message)] : found;
    }

    /// <summary>Why the configuration's key may not go where it says; <see langword="null"/> also where only the master key could tell.</summary>
    protected string? HostProblem(StoreSnapshot seen, LlmConfiguration item) => seen.ProtectionError is null ? store.Seals.Check(item) : null;

    /// <summary>A vault that does not answer says nothing of its keys.</summary>
    protected static CheckStatus StatusOf(LlmConfigException error) =>
        error.Code is LlmConfigErrorCode.VaultLocked or LlmConfigErrorCode.VaultUnavailable ? CheckStatus.Unknown : CheckStatus.Error;

    protected static string Count(int number, string one, string many) => Invariant($"{number} {(number == 1 ? one : many)}");

    protected static string Ago(TimeSpan time) => time < TimeSpan.FromMinutes(2) ? "just now"
        : time < TimeSpan.FromHours(2) ? $"{Count((int)time.TotalMinutes, "minute", "minutes")} ago"
        : time < TimeSpan.FromDays(2) ? $"{Count((int)time.TotalHours, "hour", "hours")} ago"
        : $"{Count((int)time.TotalDays, "day", "days")} ago";

    protected static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary>What the checks and repairs of a store work with.</summary>
internal sealed record StoreParts(
    StorePaths Paths, StoreFileSystem Files, ConfigFile Config, IntentLog Intents, WrittenKeys Written, LocalVault Local, KeyVaults Vaults,
    KeySeals Seals, Func<Intent, bool> Finish, Func<CancellationToken, Action> Rebind, Func<DateTime> Clock, string? LogFile)
{
    public DateTime Now => Clock();

    /// <summary>What the names of damaged files get. Dated to the second: fit for every file system, and sorted by time.</summary>
    public string Suffix => "damaged-" + Now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>What cannot be looked at is reported as an entry of its folder; here it is only left out.</summary>
    public static T Or<T>(Func<T> look, T otherwise) => Or(look, otherwise, out _);

    /// <summary>What a look gives, or why it fails.</summary>
    public static T Or<T>(Func<T> look, T otherwise, out LlmConfigException? error)
    {
        error = null;
        try
        {
            return look();
        }
        catch (LlmConfigException e)
        {
            error = e;
            return otherwise;
        }
    }
}
