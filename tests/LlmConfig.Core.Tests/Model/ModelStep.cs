namespace LlmConfig.Tests;

/// <summary>One step of a random history: what is done, and numbers that say with what.</summary>
internal sealed record ModelStep(ModelAction Action, int First, int Second, int Third);
