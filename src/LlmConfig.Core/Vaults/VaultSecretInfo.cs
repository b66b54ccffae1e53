namespace LlmConfig;

/// <summary>A secret as the built-in vault lists it: without its value.</summary>
/// <param name="Name">The name, in the letter case in which it was last written.</param>
/// <param name="Type">What it is.</param>
/// <param name="Metadata">What is kept beside it, by name: texts, whole numbers (<see cref="int"/>), <see cref="bool"/> or <see cref="DateTime"/>.</param>
public sealed record VaultSecretInfo(string Name, SealedSecretType Type, IReadOnlyDictionary<string, object> Metadata);
