using System.Globalization;

namespace LlmConfig.Cli;

/// <summary>Configurations, one a line.</summary>
/// <param name="now">The time by which the age of a key is told.</param>
internal sealed class ConfigurationTable(DateTime now) : ConfigurationView
{
    public override void WriteText(TextPage page, IReadOnlyList<LlmConfiguration> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        page.Table(
            ["NAME", "PROVIDER", "MODEL", "VAULT", "KEY AGE", "BASE URL"],
            [.. items.Select(item => new Cell[]
            {
                item.IsDefault ? new Cell($"{item.Name} (default)", Tone.Good) : item.Name,
                item.Provider,
                item.Model,
                item.Vault,
                item.KeyUpdatedAt is { } set ? new Cell(Age(now - set)) : new Cell("no key", Tone.Quiet),
                item.BaseUrl,
            })]);
    }

    private static string Age(TimeSpan age) => string.Create(CultureInfo.InvariantCulture, $@"{age switch
    {
        { TotalDays: >= 1 } => $"{Math.Floor(age.TotalDays)} d",
        { TotalHours: >= 1 } => $"{Math.Floor(age.TotalHours)} h",
        _ => $"{Math.Max(0, Math.Floor(age.TotalMinutes))} min",
    }}");
}
