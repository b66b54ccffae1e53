namespace LlmConfig.Worker;

/// <summary>Prints the store's folder that this process's environment leads to, or the error.</summary>
internal static class FolderCommand
{
    public static int Run()
    {
        try
        {
            Console.WriteLine(StoreFolder.Resolve().Path);
            return 0;
        }
        catch (LlmConfigException e)
        {
            Console.WriteLine($"{e.Code} {e.Message}");
            return 1;
        }
    }
}
