using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace LlmConfig.Benchmarks;

/// <summary>Where the programs lie that are measured, and a folder on the same disk for the stores, removed at the end.</summary>
internal sealed class Workplace : IDisposable
{
    private static readonly string Root = typeof(Workplace).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "RepositoryRoot").Value!;

    public Workplace()
    {
        // Not the temporary folder: that may be in memory, where nothing is ever flushed.
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Home);
    }

    public static string Out => Path.Combine(Root, "out");

    public static string Module => Path.Combine(Out, "LlmConfig.PowerShell", "LlmConfig.PowerShell.psd1");

    public static string OneCmdlet => Path.Combine(Out, "benchmarks", "LlmConfig.OneCmdlet", "LlmConfig.OneCmdlet.psd1");

    public static string BareEngine => Program(Path.Combine(Out, "benchmarks", "LlmConfig.BareEngine", "LlmConfig.BareEngine"));

    /// <summary>The PowerShell of this machine, where there is one.</summary>
    public static string? Pwsh { get; } = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
        .Select(folder => Program(Path.Combine(folder, "pwsh"))).FirstOrDefault(File.Exists);

    public string Folder { get; } = Path.Combine(Out, "benchmarks", "work", Guid.NewGuid().ToString("N"));

    /// <summary>The home folder of the processes that are started.</summary>
    public string Home => Path.Combine(Folder, "home");

    /// <summary>A folder of this workplace.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    /// <summary>Makes a store on the disk.</summary>
    /// <param name="name">The name of its folder.</param>
    /// <param name="count">How many configurations it holds, each with a key in the built-in vault.</param>
    /// <returns>The folder.</returns>
    public string NewStore(string name, int count)
    {
        string folder = Path.Combine(Folder, name);

        // Ten thousand keys are ten thousand flushes; in memory they cost nothing.
        string draft = OperatingSystem.IsLinux() && Directory.Exists("/dev/shm") ? Directory.CreateTempSubdirectory().FullName : folder;
        if (draft != folder)
        {
            Directory.Delete(draft);
            draft = Path.Combine("/dev/shm", Path.GetFileName(draft));
        }

        try
        {
            Fill(draft, count);
            if (draft != folder)
            {
                Copy(draft, folder);

                // A store that lies on the disk, not one whose thousands of files still have to get there with the first flush.
                using Process sync = Process.Start("sync");
                sync.WaitForExit();
            }
        }
        finally
        {
            if (draft != folder && Directory.Exists(draft))
            {
                Directory.Delete(draft, recursive: true);
            }
        }

        return folder;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Program(string path) => OperatingSystem.IsWindows() ? path + ".exe" : path;

    private static void Fill(string folder, int count)
    {
        using var repository = new LlmConfigRepository(StoreFolder.At(folder));

        // Never the keyring of the person who measures.
        repository.SetProtector(ProtectorKind.KeyFile);
        using ApiKey key = ApiKey.From("sk-test-benchmark-0123456789abcdef0123456789abcdef", null);
        ChangeResult? failed = repository.Create([.. Enumerable.Range(0, count).Select(index => Configuration(index, key))])
            .FirstOrDefault(result => result.Error is not null);
        if (failed is not null)
        {
            throw failed.Error!;
        }
    }

    /// <summary>A configuration as people have them: every third with a URL of its own.</summary>
    private static NewConfiguration Configuration(int index, ApiKey key) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"Team {index:D5} (EU)"),
        Provider = (index % 3) switch { 0 => "openai", 1 => "anthropic", _ => "azure-openai" },
        BaseUrl = index % 3 == 2 ? string.Create(CultureInfo.InvariantCulture, $"https://team-{index}.openai.azure.com/openai/v1") : null,
        Model = (index % 3) switch { 0 => "gpt-5", 1 => "claude-sonnet-4-5", _ => "gpt-5-mini" },
        Key = key,
    };

    private static void Copy(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }

        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
