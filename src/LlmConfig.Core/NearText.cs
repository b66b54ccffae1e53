namespace LlmConfig;

/// <summary>Finds what somebody meant who mistyped it.</summary>
internal static class NearText
{
    // Two slips: more of them make another word.
    private const int MostSlips = 2;

    // Longer texts are no slips of a name, and would take long.
    private const int Longest = 100;

    // A shorter text is part of too many others.
    private const int ShortestPart = 3;

    /// <summary>The candidate that differs least, or that contains the text or is part of it; <see langword="null"/> where none is near.</summary>
    /// <param name="text">What was typed; letter case does not count.</param>
    /// <param name="candidates">What could have been meant.</param>
    public static string? Find(string text, IEnumerable<string> candidates)
    {
        if (text.Length is 0 or > Longest)
        {
            return null;
        }

        string wanted = text.ToLowerInvariant();
        string? near = null;

        // A slip in a short word makes another word: of two letters none may differ.
        int least = Math.Min(MostSlips, text.Length / 2) + 1;
        string? part = null;
        foreach (string candidate in candidates)
        {
            string other = candidate.ToLowerInvariant();
            int distance = Math.Abs(other.Length - wanted.Length) < least ? Distance(wanted, other) : least;
            if (distance < least)
            {
                least = distance;
                near = candidate;
            }

            if (part is null && ((wanted.Length >= ShortestPart && other.Contains(wanted, StringComparison.Ordinal))
                || (other.Length >= ShortestPart && wanted.Contains(other, StringComparison.Ordinal))))
            {
                part = candidate;
            }
        }

        return near ?? part;
    }

    // Levenshtein's distance, one row at a time.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = cost;
            }
        }

        return row[b.Length];
    }
}
