namespace LlmConfig.Tests;

/// <summary>What every refused change must look like: its code, its target, a remedy, and a store that is as it was.</summary>
internal static class Refusal
{
    public static LlmConfigException Of(TemporaryStore store, LlmConfigErrorCode code, string? target, Action change)
    {
        IReadOnlyList<string> before = StoreSnapshot.Of(store.Path);
        LlmConfigException error = Of(code, target, change);
        Assert.Equal(before, StoreSnapshot.Of(store.Path));
        return error;
    }

    public static LlmConfigException Of(LlmConfigErrorCode code, string? target, Action change)
    {
        LlmConfigException error = Assert.Throws<LlmConfigException>(change);
        Assert.Equal(code, error.Code);
        Assert.Equal(target, error.Target);
        AssertHasRemedy(error);
        return error;
    }

    public static void AssertHasRemedy(LlmConfigException error)
    {
        Assert.False(string.IsNullOrWhiteSpace(error.Problem));
        Assert.False(string.IsNullOrWhiteSpace(error.RecommendedAction));
        Assert.StartsWith(error.Problem, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(error.RecommendedAction, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Everything that a log of the error could show.</summary>
    public static void AssertNowhere(string secret, Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            Assert.DoesNotContain(secret, e.ToString(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, e.Message, StringComparison.OrdinalIgnoreCase);
            if (e is LlmConfigException ours)
            {
                Assert.DoesNotContain(secret, $"{ours.Target} {ours.Problem} {ours.RecommendedAction}", StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}
