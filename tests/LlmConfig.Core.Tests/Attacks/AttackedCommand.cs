namespace LlmConfig.Tests;

/// <summary>A command that the owner of an attacked store runs.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Touched">The configuration that it is about; <see langword="null"/> for all or none.</param>
/// <param name="DropsKey">True when it is meant to drop the key of that configuration.</param>
/// <param name="Run">Runs it.</param>
internal sealed record AttackedCommand(string Name, Guid? Touched, bool DropsKey, Action<LlmConfigRepository> Run);
