namespace LlmConfig.Tests;

public sealed class DefaultRulesTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_first_configuration_of_a_store_is_its_default_and_a_later_one_is_not()
    {
        Assert.Equal([true, false], Create(New("a"), New("b")).Select(result => result.Configuration!.IsDefault));
        Assert.False(_store.Open().Create(New("c")).IsDefault);
        Assert.Equal("a", _store.Open().RequireDefault().Name);
    }

    [Fact]
    public void One_that_fails_is_not_the_first_and_one_that_shall_not_be_the_default_is_not()
    {
        Assert.Equal([null, false, false], Create(New(string.Empty), New("a") with { AsDefault = false }, New("b")).Select(result => result.Configuration?.IsDefault));
        Refusal.Of(LlmConfigErrorCode.NotFound, null, () => _store.Open().RequireDefault());
    }

    [Fact]
    public void A_store_that_was_emptied_has_a_first_one_again()
    {
        Guid id = _store.Open().Create(New("a")).Id;
        _store.Open().Remove([id]);

        Assert.True(_store.Open().Create(New("b")).IsDefault);
    }

    [Fact]
    public void A_preview_says_it_too()
    {
        Assert.True(_store.Open().Preview([New("a")])[0].Configuration!.IsDefault);
    }

    private static NewConfiguration New(string name) => new() { Name = name, Provider = "ollama" };

    private IReadOnlyList<ChangeResult> Create(params NewConfiguration[] wanted) => _store.Open().Create(wanted);
}
