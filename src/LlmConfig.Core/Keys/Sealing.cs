namespace LlmConfig;

/// <summary>What a change of a configuration does to the seal of its key.</summary>
internal enum Sealing
{
    /// <summary>The key is sealed for where it goes now, if the seal that it has is true.</summary>
    Checked,

    /// <summary>The key is sealed for where it goes now, whatever its seal says: what lies beside it in the built-in vault says the same.</summary>
    Vouched,

    /// <summary>The key is sealed for where it goes now, whatever its seal says: somebody accepted that.</summary>
    Accepted,

    /// <summary>The seal stays: a key that nobody vouches for is not given out until its host was accepted.</summary>
    Kept,
}
