using System.Globalization;
using System.IO.Enumeration;
using System.Text;

namespace LlmConfig;

/// <summary>The rules of a configuration's name.</summary>
internal static class ConfigurationName
{
    /// <summary>The longest name, in UTF-16 code units after trimming (the design's table).</summary>
    public const int MaximumLength = 100;

    /// <summary>The longest name of a model, in UTF-16 code units: twice the longest in the providers' lists (Hugging Face: 96 + 1 + 96 in theory, under 130 in use).</summary>
    public const int MaximumModelLength = 256;

    // 32 digits and nothing else; every other form that is read as a UUID is longer.
    private const int ShortestGuid = 32;

    /// <summary>How names are compared everywhere: ordinal, letter case and invisible characters apart.</summary>
    public static StringComparer Comparer { get; } = new NameComparer();

    /// <summary>The name as it is kept: trimmed.</summary>
    /// <exception cref="LlmConfigException">InvalidName.</exception>
    public static string Validate(string? name)
    {
        if (Problem(name) is { } problem)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidName,
                DisplayText.Of(name),
                problem,
                "Use 1 to 100 printable characters that are not shaped like a UUID, such as 'work' or 'Team Azure (EU)'.");
        }

        return name!.Trim();
    }

    /// <summary>The model as it is kept: trimmed; <see langword="null"/> for none.</summary>
    /// <exception cref="LlmConfigException">InvalidName: it holds a character that does not print, or is longer than 256 characters.</exception>
    public static string? ValidateModel(string? model, string target)
    {
        if (string.IsNullOrWhiteSpace(model))
        {
            return null;
        }

        string trimmed = model.Trim();
        string? problem = trimmed.Length > MaximumModelLength
            ? $"The name of the model has {trimmed.Length} characters; {MaximumModelLength} is the most."
            : model.EnumerateRunes().Any(DisplayText.DoesNotPrint) ? "The name of the model holds a character that does not print."
            : null;
        return problem is null ? trimmed : throw new LlmConfigException(
            LlmConfigErrorCode.InvalidName, target, problem, "Copy it again from the provider's list of models, such as 'gpt-5'.");
    }

    /// <summary>True for a name that is valid and trimmed, as a file must hold it.</summary>
    public static bool IsStored(string name) => Problem(name) is null && name.Trim().Length == name.Length;

    /// <summary>The name with a number behind it, <c>work (2)</c>, in the place of one that is there already; cut where it would be too long.</summary>
    public static string Numbered(string name, int number)
    {
        string suffix = string.Create(CultureInfo.InvariantCulture, $" ({number})");
        int open = name.EndsWith(')') ? name.LastIndexOf(" (", StringComparison.Ordinal) : -1;
        bool isNumbered = open > 0 && open + 2 < name.Length - 1 && name.AsSpan(open + 2, name.Length - open - 3).IndexOfAnyExceptInRange('0', '9') < 0;
        string stem = isNumbered ? name[..open] : name;
        int length = Math.Min(stem.Length, MaximumLength - suffix.Length);
        if (length < stem.Length && char.IsLowSurrogate(stem[length]))
        {
            length--;
        }

        return stem[..length].TrimEnd() + suffix;
    }

    /// <summary>True where a text can match other names than itself.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>True where a name is of a pattern: <c>*</c> stands for any characters, <c>?</c> for one.</summary>
    public static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true);

    private static bool HasVisible(string name)
    {
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune) && !DisplayText.IsInvisible(rune))
            {
                return true;
            }
        }

        return false;
    }

    private static string? Problem(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return "The name is empty.";
        }

        if (!DisplayText.Prints(name))
        {
            // EnumerateRunes shows half a surrogate pair as U+FFFD, which cannot be used in a name either.
            return $"The name holds the character U+{name.EnumerateRunes().First(DisplayText.DoesNotPrint).Value:X4}, which does not print or changes how other text is shown.";
        }

        int length = name.Trim().Length;
        return !HasVisible(name) ? "The name holds only characters that show nothing."
            : length > MaximumLength ? $"The name has {length} characters; {MaximumLength} is the most."
            : length >= ShortestGuid && Guid.TryParse(name, out _) ? "The name is shaped like a UUID and could be taken for an id."
            : null;
    }
}
