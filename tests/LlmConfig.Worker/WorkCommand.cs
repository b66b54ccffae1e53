using System.Diagnostics;
using System.Globalization;

namespace LlmConfig.Worker;

/// <summary>
/// <c>work FOLDER PREFIX COUNT SEED</c>: changes a store in mixed ways, COUNT times, or until it is killed where COUNT is
/// 0. It owns the configurations whose names begin with PREFIX, and shares those that begin with "shared-" with everybody.
/// <para>
/// Before each change it writes <c>try KIND NAME VALUE .</c>, after it <c>ack ID REVISION START END .</c> or
/// <c>err CODE MESSAGE .</c>, separated by tabs. The dot tells a whole line from one that a kill cut off.
/// </para>
/// </summary>
internal sealed class WorkCommand(string folder, string prefix, int count, Random random)
{
    private const string Shared = "shared-";
    private const int MostOwned = 4;

    private int _number;

    public static int Run(string[] args) => args is [string folder, string prefix, string count, string seed]
        ? new WorkCommand(
            folder,
            prefix,
            int.Parse(count, CultureInfo.InvariantCulture),
            new Random(int.Parse(seed, CultureInfo.InvariantCulture))).Run()
        : 2;

    private int Run()
    {
        for (int i = 0; count == 0 || i < count; i++)
        {
            var files = new RevisionFileSystem();

            // Opened for each change, as a cmdlet does.
            using var repository = new LlmConfigRepository(StoreFolder.At(folder), new LlmConfigOptions
            {
                Files = files,
                Vaults = new FolderVault(folder + ".vault"),
                Protectors = (vault, system) => [new KeyFileProtector(vault, system)],
            });
            long start = 0;
            try
            {
                (string kind, LlmConfiguration? item, string value) = Choose(repository);
                Say("try", kind, item?.Name ?? value, value);
                start = Stopwatch.GetTimestamp();
                Guid id = Do(repository, kind, item, value);
                long end = Stopwatch.GetTimestamp();
                if (files.Commits == 1)
                {
                    Say("ack", id.ToString("D"), Text(files.Revision), Text(start), Text(end));
                }
                else
                {
                    Say("err", "Commits", Text(files.Commits));
                }
            }
            catch (LlmConfigException e)
            {
                Say("err", e.Code.ToString(), e.Message);
            }
        }

        return 0;
    }

    private (string Kind, LlmConfiguration? Item, string Value) Choose(LlmConfigRepository repository)
    {
        string fresh = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{++_number}");
        IReadOnlyList<LlmConfiguration> all = repository.GetAll();
        List<LlmConfiguration> owned = [.. all.Where(item => item.Name.StartsWith(prefix, StringComparison.Ordinal))];
        List<LlmConfiguration> shared = [.. all.Where(item => item.Name.StartsWith(Shared, StringComparison.Ordinal))];
        if (owned.Count == 0 || (owned.Count < MostOwned && random.Next(3) == 0))
        {
            return ("create", null, prefix + fresh);
        }

        bool ofAll = shared.Count > 0 && random.Next(5) < 2;
        LlmConfiguration item = ofAll ? shared[random.Next(shared.Count)] : owned[random.Next(owned.Count)];
        return random.Next(ofAll ? 3 : 6) switch
        {
            0 => ("rotate", item, $"sk-test-{fresh}"),
            1 => ("model", item, $"m{fresh}"),
            2 => ("rename", item, (ofAll ? Shared : prefix) + fresh),
            3 when !item.IsDefault => ("default", item, string.Empty),
            3 => ("model", item, $"m{fresh}"),
            4 => ("move", item, item.Vault == FolderVault.VaultName ? LlmConfigRepository.BuiltInVault : FolderVault.VaultName),
            _ => ("remove", item, string.Empty),
        };
    }

    private static Guid Do(LlmConfigRepository repository, string kind, LlmConfiguration? item, string value)
    {
        switch (kind)
        {
            case "create":
                using (ApiKey key = ApiKey.From($"sk-test-{value}", value))
                {
                    return repository.Create(new NewConfiguration { Name = value, Provider = "openai", Key = key }).Id;
                }

            case "rotate":
                using (ApiKey key = ApiKey.From(value, item!.Name))
                {
                    return repository.Update(item.Id, new ConfigurationUpdate { Key = key }).Id;
                }

            case "remove":
                ChangeResult removed = repository.Remove([item!.Id])[0];
                return removed.Error is { } error ? throw error : item.Id;
            default:
                return repository.Update(item!.Id, kind switch
                {
                    "model" => new ConfigurationUpdate { Model = value },
                    "rename" => new ConfigurationUpdate { NewName = value },
                    "default" => new ConfigurationUpdate { AsDefault = true },
                    _ => new ConfigurationUpdate { Vault = value },
                }).Id;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Say(params string[] words) => Console.Out.WriteLine(string.Join('\t', [.. words, "."]));
}
