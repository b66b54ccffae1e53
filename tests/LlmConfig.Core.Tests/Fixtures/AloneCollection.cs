namespace LlmConfig.Tests;

/// <summary>Tests that share something with the whole process, or measure it, and so run while no others do.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class AloneCollection;
