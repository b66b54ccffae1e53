// The engine reads LLMCONFIG_HOME from the environment of the process, of which there is one.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
