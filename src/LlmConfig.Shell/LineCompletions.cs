namespace LlmConfig.Shell;

/// <summary>What could stand in the place of <paramref name="Length"/> characters from <paramref name="Start"/>.</summary>
/// <param name="Start">Where the completed word begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Texts">What would be inserted, quoted where it must be.</param>
/// <param name="Labels">The same, as shown in a list.</param>
internal sealed record LineCompletions(int Start, int Length, IReadOnlyList<string> Texts, IReadOnlyList<string> Labels);
