namespace LlmConfig.Tests;

/// <summary>
/// Tests that share something with the whole process, and so run while no others do. Locks are such a thing: a child that a
/// test starts holds copies of all of them from fork to exec, so that what another test released still seems held. So each
/// test that starts a process belongs here.
/// </summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class AloneCollection;
