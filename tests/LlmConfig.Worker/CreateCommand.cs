using System.Globalization;

namespace LlmConfig.Worker;

/// <summary>
/// Creates configurations in stores: <c>create folder name provider</c> for one, <c>create</c> for one for each line of
/// standard input (<c>folder TAB name TAB provider</c>), begun when the file <c>folder.go</c> appears so that two
/// processes begin at the same moment. The key is taken from LLMCONFIG_TEST_KEY, with the round's number behind it.
/// </summary>
internal static class CreateCommand
{
    private const string KeyVariable = "LLMCONFIG_TEST_KEY";

    public static int Run(string[] args)
    {
        if (args is [string folder, string name, string provider])
        {
            return Create(folder, name, provider, Environment.GetEnvironmentVariable(KeyVariable)!);
        }

        string key = Environment.GetEnvironmentVariable(KeyVariable)!;
        for (int round = 0; Console.ReadLine() is { } line; round++)
        {
            string[] parts = line.Split('\t');
            Console.WriteLine("ready");
            while (!File.Exists(parts[0] + ".go"))
            {
                Thread.SpinWait(50);
            }

            _ = Create(parts[0], parts[1], parts[2], string.Create(CultureInfo.InvariantCulture, $"{key}-{round}"));
        }

        return 0;
    }

    private static int Create(string folder, string name, string provider, string value)
    {
        try
        {
            using ApiKey key = ApiKey.From(value, name);
            using var repository = new LlmConfigRepository(
                StoreFolder.At(folder),
                new LlmConfigOptions
                {
                    Protectors = (vault, files) => [new KeyFileProtector(vault, files)],
                });
            LlmConfiguration made = repository.Create(new NewConfiguration { Name = name, Provider = provider, Key = key });
            using ApiKey back = repository.GetKey(made.Id);
            Console.WriteLine(back.HasSameValue(key) ? $"created {made.Id}" : "another key came back");
            return 0;
        }
        catch (LlmConfigException e)
        {
            Console.WriteLine($"{e.Code} {e.Message}");
            return 1;
        }
    }
}
