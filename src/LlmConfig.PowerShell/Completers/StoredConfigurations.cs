namespace LlmConfig;

/// <summary>The configurations of the user's store, for completion: no error, no prompt, no change.</summary>
internal static class StoredConfigurations
{
    public static IReadOnlyList<LlmConfiguration> Read()
    {
        try
        {
            using var repository = new LlmConfigRepository(StoreFolder.Resolve());
            return repository.GetAll();
        }
        catch (LlmConfigException)
        {
            return [];
        }
    }
}
