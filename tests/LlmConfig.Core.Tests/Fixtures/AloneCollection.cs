namespace LlmConfig.Tests;

/// <summary>
/// Tests that share something with the whole process, and so run while no others do. Locks are such a thing: a child that
/// another test starts holds copies of them from fork to exec, and an intent that was let go of then seems alive.
/// </summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class AloneCollection;
