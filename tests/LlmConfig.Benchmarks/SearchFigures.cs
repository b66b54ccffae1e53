using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Benchmarks;

/// <summary>How fast files are searched for keys.</summary>
internal sealed class SearchFigures(Workplace workplace)
{
    private const int Rounds = 3;
    private const int Files = 50;
    private const int FileBytes = 20_000_000;
    private const int Keys = 100;

    public Figure Run()
    {
        using var repository = new LlmConfigRepository(StoreFolder.At(Path.Combine(workplace.Folder, "searched-for")));
        repository.SetProtector(ProtectorKind.KeyFile);
        string last = string.Empty;
        for (int i = 0; i < Keys; i++)
        {
            last = "sk-test-" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", 48);
            using ApiKey key = ApiKey.From(last, null);
            repository.Create(new NewConfiguration { Name = $"c{i}", Provider = "openai", Key = key });
        }

        string folder = workplace.NewFolder("searched");
        byte[] random = new byte[FileBytes * 3 / 4];
        for (int i = 0; i < Files; i++)
        {
            RandomNumberGenerator.Fill(random);
            File.WriteAllText(Path.Combine(folder, $"{i}.txt"), Convert.ToBase64String(random, Base64FormattingOptions.InsertLineBreaks));
        }

        File.AppendAllText(Path.Combine(folder, "49.txt"), last, Encoding.ASCII);
        double megabytes = new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length) / 1e6;
        var times = new Samples();
        for (int round = 0; round < Rounds; round++)
        {
            times.Add(Samples.Time(() =>
            {
                if (repository.FindKeys([folder]).Count() != 1)
                {
                    throw new InvalidOperationException("Not the one key was found.");
                }
            }));
        }

        double rate = megabytes / (times.Median / 1000);
        return new Figure(
            $"searching 1 GB of text for {Keys} keys", 1000 / rate, 10, " s", false, string.Create(CultureInfo.InvariantCulture, $"{rate:0} MB/s, {Environment.ProcessorCount} processors"));
    }
}
