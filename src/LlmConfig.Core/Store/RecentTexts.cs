namespace LlmConfig;

/// <summary>
/// The texts that one property had last, by the bytes of their tokens: thousands of configurations share a few providers,
/// models and vaults, so each is decoded, checked and kept once.
/// </summary>
internal sealed class RecentTexts
{
    private const int Size = 8;

    private readonly (byte[] Token, string Text)[] _recent = new (byte[], string)[Size];
    private int _next;

    public string? Find(ReadOnlySpan<byte> token)
    {
        foreach ((byte[] known, string text) in _recent)
        {
            if (token.SequenceEqual(known) && text is not null)
            {
                return text;
            }
        }

        return null;
    }

    public void Add(ReadOnlySpan<byte> token, string text)
    {
        _recent[_next] = (token.ToArray(), text);
        _next = (_next + 1) % Size;
    }
}
