namespace LlmConfig.Worker;

/// <summary>Does one thing in a process of its own, for tests that need another process or a fresh one. The first argument says what.</summary>
internal static class Program
{
    private static int Main(string[] args) => args switch
    {
        ["keyring", .. string[] rest] => KeyringCommand.Run(rest),
        ["create", .. string[] rest] => CreateCommand.Run(rest),
        ["work", .. string[] rest] => WorkCommand.Run(rest),
        ["keychain", string library] => KeychainCommand.Run(library),
        ["folder"] => FolderCommand.Run(),
        ["arguments", .. string[] rest] => PrintArguments(rest),
        _ => Refuse(args),
    };

    // Each on a line of its own, in a form that no console changes.
    private static int PrintArguments(string[] arguments)
    {
        foreach (string argument in arguments)
        {
            Console.WriteLine(Convert.ToHexString(System.Text.Encoding.Unicode.GetBytes(argument)));
        }

        return 0;
    }

    private static int Refuse(string[] args)
    {
        Console.Error.WriteLine($"unknown command: {string.Join(' ', args)}");
        return 2;
    }
}
