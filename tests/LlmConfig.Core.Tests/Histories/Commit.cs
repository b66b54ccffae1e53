namespace LlmConfig.Tests;

/// <summary>A change that a process acknowledged, with the revision that it made.</summary>
/// <param name="Kind">create, rotate, model, rename, default, move or remove.</param>
/// <param name="Id">The configuration.</param>
/// <param name="Value">The new key, model, name or vault.</param>
/// <param name="Revision">The store's revision after it.</param>
/// <param name="Start">When it was begun, in ticks of the clock that all processes share.</param>
/// <param name="End">When it was acknowledged.</param>
internal sealed record Commit(string Kind, Guid Id, string Value, long Revision, long Start, long End);
