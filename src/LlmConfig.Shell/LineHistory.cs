namespace LlmConfig.Shell;

/// <summary>What was entered before. In memory alone: somebody may have typed a key.</summary>
internal sealed class LineHistory
{
    private readonly List<string> _entries = [];
    private int _position;
    private string _draft = string.Empty;

    public void Add(string entry)
    {
        if (!string.IsNullOrWhiteSpace(entry) && (_entries.Count == 0 || _entries[^1] != entry))
        {
            _entries.Add(entry);
        }

        Rewind();
    }

    /// <summary>Back to the end: a new line is being typed.</summary>
    public void Rewind()
    {
        _position = _entries.Count;
        _draft = string.Empty;
    }

    /// <param name="current">What is on the line now; kept while browsing, so that coming back finds it.</param>
    /// <returns>The entry before, or <see langword="null"/> at the oldest.</returns>
    public string? Older(string current)
    {
        if (_position == 0)
        {
            return null;
        }

        if (_position == _entries.Count)
        {
            _draft = current;
        }

        return _entries[--_position];
    }

    /// <returns>The entry after, at last what was being typed, or <see langword="null"/> past it.</returns>
    public string? Newer() =>
        _position == _entries.Count ? null : ++_position == _entries.Count ? _draft : _entries[_position];
}
