namespace LlmConfig;

/// <summary>How a person is asked for a key, whatever puts the question: one that breaks a rule, or that looks wrong, is explained and asked for again.</summary>
public static class KeyQuestion
{
    // Somebody who goes wrong this often wants out, and what answers anything must not be asked for ever.
    private const int MostAttempts = 5;

    /// <summary>The key, for the caller to dispose of; <see langword="null"/> for an empty answer.</summary>
    /// <param name="ask">
    /// Says what was wrong with the last answer (<see langword="null"/> at first), asks, and makes a key of the answer; <see langword="null"/> for
    /// an empty one. Its second argument is true where an empty answer takes the key of the last one.
    /// </param>
    /// <param name="provider">The id of the provider that the key is for.</param>
    /// <param name="baseUrl">Where the key will go; <see langword="null"/> or blank for the provider's default.</param>
    /// <exception cref="LlmConfigException">InvalidKey: five answers were wrong, or looked so and nobody said that one was meant.</exception>
    public static ApiKey? Ask(Func<string?, bool, ApiKey?> ask, string provider, string? baseUrl)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ApiKey? doubtful = null;
        string? problem = null;
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                ApiKey? key;
                try
                {
                    key = ask(problem, doubtful is not null);
                }
                catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.InvalidKey && attempt < MostAttempts)
                {
                    problem = e.Message;
                    continue;
                }

                bool isMeant = key is null || doubtful?.HasSameValue(key) == true;
                if (key is not null)
                {
                    doubtful?.Dispose();
                    doubtful = key;
                    key.IsDoubtKnown = isMeant;
                }

                if (isMeant || key!.GetDoubt(provider, baseUrl) is not { } doubt)
                {
                    key = doubtful;
                    doubtful = null;
                    return key;
                }

                if (attempt == MostAttempts)
                {
                    throw new LlmConfigException(
                        LlmConfigErrorCode.InvalidKey, null, $"That key {doubt}, and none of the answers before was a better one.", "Copy the key again from the provider's console, then run the command again.");
                }

                key.IsDoubtKnown = true;
                problem = $"That key {doubt}.";
            }
        }
        finally
        {
            doubtful?.Dispose();
        }
    }
}
