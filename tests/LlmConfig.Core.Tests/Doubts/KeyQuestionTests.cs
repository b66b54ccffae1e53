namespace LlmConfig.Tests;

public sealed class KeyQuestionTests
{
    private readonly List<(string? Problem, bool MayKeep)> _asked = [];

    [Theory]
    [InlineData("sk-test-a1b2", "sk-test-a1b2", 1)]
    [InlineData("", null, 1)]
    [InlineData("sk-ant-a1b2|sk-test-a1b2", "sk-test-a1b2", 2)]
    [InlineData("sk-ant-a1b2|", "sk-ant-a1b2", 2)]
    [InlineData("sk-ant-a1b2|sk-ant-a1b2", "sk-ant-a1b2", 2)]
    [InlineData("sk-ant-a1b2|your-api-key|", "your-api-key", 3)]
    [InlineData("two\nlines|sk-test-a1b2", "sk-test-a1b2", 2)]
    [InlineData("sk-ant-a1b2|two\nlines|", "sk-ant-a1b2", 3)]
    [InlineData("sk-ant-1|sk-ant-2|sk-ant-3|sk-ant-4|", "sk-ant-4", 5)]
    public void A_key_that_looks_wrong_is_taken_only_when_somebody_insists(string answers, string? taken, int questions)
    {
        using ApiKey? key = Ask(answers);

        Assert.Equal((taken, questions), (key?.ToPlainText(), _asked.Count));
        Assert.Equal(taken is not null && taken != "sk-test-a1b2", key?.IsDoubtKnown ?? false);
    }

    [Fact]
    public void What_was_wrong_is_said_and_an_empty_answer_is_offered_only_where_there_is_a_key()
    {
        Ask("two\nlines|sk-ant-a1b2|")?.Dispose();

        Assert.Equal(3, _asked.Count);
        Assert.Equal((null, false), _asked[0]);
        Assert.StartsWith("The key holds a control character", _asked[1].Problem, StringComparison.Ordinal);
        Assert.False(_asked[1].MayKeep);
        Assert.Equal(("That key looks like one of Anthropic, not of OpenAI.", true), _asked[2]);
    }

    [Theory]
    [InlineData("\0|\0|\0|\0|\0|sk-test-a1b2", "work")]
    [InlineData("sk-ant-1|sk-ant-2|sk-ant-3|sk-ant-4|sk-ant-5|sk-test-a1b2", null)]
    public void Five_bad_answers_end_it_and_none_of_them_is_taken(string answers, string? target)
    {
        Refusal.Of(LlmConfigErrorCode.InvalidKey, target, () => Ask(answers)?.Dispose());
        Assert.Equal(5, _asked.Count);
    }

    [Fact]
    public void Behind_a_gateway_a_key_may_look_as_it_likes()
    {
        Ask("sk-ant-a1b2", "https://gateway.example/v1")?.Dispose();

        Assert.Single(_asked);
    }

    private ApiKey? Ask(string answers, string? baseUrl = null)
    {
        Queue<string> left = new(answers.Split('|'));
        return KeyQuestion.Ask(
            (problem, mayKeep) =>
            {
                _asked.Add((problem, mayKeep));
                return left.Dequeue() is { Length: > 0 } typed ? ApiKey.From(typed, "work") : null;
            },
            "openai",
            baseUrl);
    }
}
