using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LlmConfig;

/// <summary>
/// Compares names as a person sees them: ordinal, letter case and invisible characters apart, so that no two configurations look the
/// same in a list.
/// </summary>
internal sealed class NameComparer : StringComparer
{
    /// <inheritdoc/>
    public override int Compare(string? x, string? y) => OrdinalIgnoreCase.Compare(Visible(x), Visible(y));

    /// <inheritdoc/>
    public override bool Equals(string? x, string? y) => OrdinalIgnoreCase.Equals(Visible(x), Visible(y));

    /// <inheritdoc/>
    public override int GetHashCode(string obj) => OrdinalIgnoreCase.GetHashCode(Visible(obj));

    [return: NotNullIfNotNull(nameof(name))]
    private static string? Visible(string? name)
    {
        if (name is null || name.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 || !name.EnumerateRunes().Any(DisplayText.IsInvisible))
        {
            return name;
        }

        var visible = new StringBuilder(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (!DisplayText.IsInvisible(rune))
            {
                visible.Append(rune);
            }
        }

        return visible.ToString();
    }
}
