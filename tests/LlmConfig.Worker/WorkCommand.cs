using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LlmConfig.Worker;

/// <summary>
/// <c>work FOLDER PREFIX COUNT SEED</c>: changes a store in mixed ways, COUNT times, or until it is killed where COUNT is
/// 0; then it also gives the vault a new master key, locks it, and changes base URLs by hand and accepts that. It owns the configurations whose names begin with PREFIX, and shares those that begin with "shared-" with everybody.
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
                if (files.Commits == 1 || kind is "masterkey" or "lock" or "edit")
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

        if (count == 0 && ChooseOfProtections(repository, owned, fresh) is { } chosen)
        {
            return chosen;
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

    private (string Kind, LlmConfiguration? Item, string Value)? ChooseOfProtections(LlmConfigRepository repository, List<LlmConfiguration> owned, string fresh) =>
        owned.Find(item => repository.GetHostProblem(item) is not null) is { } refused ? ("accept", refused, refused.BaseUrl!)
        : random.Next(12) switch
        {
            0 => ("masterkey", null, "-"),
            1 => ("lock", null, "-"),
            2 or 3 => ("edit", owned[random.Next(owned.Count)], $"https://host-{fresh}.example/v1"),
            _ => null,
        };

    // As a person does who is alone at the file: what others commit meanwhile is not lost.
    private static void EditByHand(LlmConfigRepository repository, Guid id, string baseUrl)
    {
        var files = new StoreFileSystem();
        var paths = new StorePaths(repository.Folder);
        using FileLock held = new WaitingLock(files, paths.Lock, WaitingLock.DefaultPatience).Acquire(CancellationToken.None);
        JsonNode file = JsonNode.Parse(File.ReadAllBytes(paths.ConfigFile))!;
        file["configs"]!.AsArray().Single(item => item!["id"]!.GetValue<Guid>() == id)!["baseUrl"] = baseUrl;
        files.ReplaceFile(paths.ConfigFile, Encoding.UTF8.GetBytes(file.ToJsonString()));
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

            case "masterkey":
                repository.RotateMasterKey();
                return Guid.Empty;
            case "lock":
                repository.Lock();
                return Guid.Empty;
            case "edit":
                EditByHand(repository, item!.Id, value);
                return item.Id;
            case "accept":
                return repository.Update(item!.Id, new ConfigurationUpdate { AcceptHostOf = item }).Id;
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
