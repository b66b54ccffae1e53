namespace LlmConfig;

/// <summary>
/// Finds configurations by one of their properties. What a dictionary would do, in an eighth of its room: a store of thousands is read
/// in a moment, and of that the collector takes the larger part.
/// </summary>
/// <typeparam name="T">The type of the property.</typeparam>
internal sealed class ConfigIndex<T>
    where T : notnull
{
    private readonly IReadOnlyList<LlmConfiguration> _items;
    private readonly Func<LlmConfiguration, T?> _property;
    private readonly IEqualityComparer<T> _comparer;

    // Open addressing, at most half full: the place of a configuration, counted from 1.
    private readonly int[] _slots;
    private readonly int _shift;

    /// <param name="items">The configurations; those without the property are not found by it.</param>
    /// <param name="property">The property.</param>
    /// <param name="comparer">When two values are the same.</param>
    public ConfigIndex(IReadOnlyList<LlmConfiguration> items, Func<LlmConfiguration, T?> property, IEqualityComparer<T> comparer)
    {
        (_items, _property, _comparer) = (items, property, comparer);
        int bits = 1;
        while (1L << bits < 2L * items.Count)
        {
            bits++;
        }

        _slots = new int[1 << bits];
        _shift = 32 - bits;
        for (int place = 0; place < items.Count; place++)
        {
            if (property(items[place]) is { } value)
            {
                ref int slot = ref Slot(value);
                HasTwins |= slot != 0;
                slot = slot == 0 ? place + 1 : slot;
            }
        }
    }

    /// <summary>True when two configurations have the same value; the first of them is found by it.</summary>
    public bool HasTwins { get; }

    /// <summary>The configuration with this value, or <see langword="null"/>.</summary>
    public LlmConfiguration? Find(T value) => Slot(value) is > 0 and var place ? _items[place - 1] : null;

    // The one that holds the value, or the free one where it would be. Knuth's multiplicative hash: the upper bits depend on all.
    private ref int Slot(T value)
    {
        const uint goldenRatio = 2654435769;
        uint at = (uint)_comparer.GetHashCode(value) * goldenRatio >> _shift;
        while (_slots[at] is > 0 and var place && !_comparer.Equals(_property(_items[place - 1])!, value))
        {
            at = (at + 1) & ((uint)_slots.Length - 1);
        }

        return ref _slots[at];
    }
}
