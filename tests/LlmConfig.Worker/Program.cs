namespace LlmConfig.Worker;

/// <summary>Does one thing in a process of its own, for tests that need another process or a fresh one. The first argument says what.</summary>
internal static class Program
{
    private static int Main(string[] args) => args switch
    {
        ["keyring", .. string[] rest] => KeyringCommand.Run(rest),
        ["create", .. string[] rest] => CreateCommand.Run(rest),
        ["work", .. string[] rest] => WorkCommand.Run(rest),
        ["folder"] => FolderCommand.Run(),
        _ => Refuse(args),
    };

    private static int Refuse(string[] args)
    {
        Console.Error.WriteLine($"unknown command: {string.Join(' ', args)}");
        return 2;
    }
}
