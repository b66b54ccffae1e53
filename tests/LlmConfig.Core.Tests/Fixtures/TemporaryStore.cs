namespace LlmConfig.Tests;

/// <summary>A store in a folder of its own under the temporary folder, gone with the test. Never the real home.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly List<LlmConfigRepository> _opened = [];
    private readonly List<LlmConfigWarning> _warnings = [];

    /// <param name="name">The name of the store's folder.</param>
    /// <param name="inMemory">True where the disk's speed is not part of the test.</param>
    public TemporaryStore(string name = "store", bool inMemory = false)
    {
        Root = inMemory && Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory($"/dev/shm/llmconfig-test-{Guid.NewGuid():N}").FullName
            : Directory.CreateTempSubdirectory("llmconfig-test-").FullName;
        Path = System.IO.Path.Combine(Root, name);
    }

    /// <summary>The folder in which the store's folder lies.</summary>
    public string Root { get; }

    /// <summary>The store's folder, which the first change creates.</summary>
    public string Path { get; }

    public StorePaths Paths => new(Path);

    public LocalVaultFiles VaultPaths => new(Paths.Vault);

    public IReadOnlyList<LlmConfigWarning> Warnings
    {
        get
        {
            lock (_warnings)
            {
                return [.. _warnings];
            }
        }
    }

    /// <summary>Sealed files of the built-in vault.</summary>
    public string[] Sealed => Directory.Exists(Paths.Vault) ? Directory.GetFiles(Paths.Vault, "*.sealed") : [];

    /// <summary>The files in which the protector KeyFile keeps master keys.</summary>
    public string[] MasterKeyFiles => Directory.Exists(Paths.Vault) ? Directory.GetFiles(Paths.Vault, LocalVaultFiles.MasterKeyPattern) : [];

    /// <summary>The one file with a master key.</summary>
    public string MasterKeyFile => MasterKeyFiles.Single();

    public string[] Intents => Directory.Exists(Paths.Pending) ? Directory.GetFiles(Paths.Pending) : [];

    /// <summary>The id of the store, as its file holds it.</summary>
    public Guid StoreId => ConfigDocumentReader.Read(File.ReadAllBytes(Paths.ConfigFile)).StoreId;

    public long Revision => Open().GetStore().Revision;

    /// <summary>The options that <see cref="Open"/> starts from: a key file as the only protector, warnings kept here.</summary>
    public LlmConfigOptions Options => new()
    {
        Warning = Keep,
        Protectors = (vault, files) => [new KeyFileProtector(vault, files)],
        LockPatience = TimeSpan.FromSeconds(30),
    };

    /// <summary>A file of the store by its name in it; that of the master key goes as <c>vault/master.key</c>.</summary>
    public string PathOf(string name) =>
        name == "vault/master.key" && MasterKeyFiles is [var key, ..] ? key : System.IO.Path.GetFullPath(name, Path);

    public LlmConfigRepository Open(Func<LlmConfigOptions, LlmConfigOptions>? change = null)
    {
        var repository = new LlmConfigRepository(StoreFolder.At(Path), change is null ? Options : change(Options));
        lock (_opened)
        {
            _opened.Add(repository);
        }

        return repository;
    }

    /// <summary>Creates a configuration of the provider openai with the key given, which is not the default.</summary>
    public LlmConfiguration Create(string name, string? key = null, string? vault = null, LlmConfigRepository? repository = null)
    {
        using ApiKey? value = key is null ? null : ApiKey.From(key, name);
        return (repository ?? Open()).Create(new NewConfiguration { Name = name, Provider = "openai", Key = value, Vault = vault, AsDefault = false });
    }

    /// <summary>The key of a configuration as text, by a repository that has nothing in memory yet.</summary>
    public string ReadKey(Guid id, Func<LlmConfigOptions, LlmConfigOptions>? change = null)
    {
        using ApiKey key = Open(change).GetKey(id);
        return key.ToPlainText();
    }

    /// <summary>Accepts what the file says now of where each key goes: what a person does who edited it by hand.</summary>
    public void AcceptHosts(Func<LlmConfigOptions, LlmConfigOptions>? change = null)
    {
        LlmConfigRepository repository = Open(change);
        Assert.All(
            repository.Update([.. repository.GetAll().Where(item => item.Vault is not null).Select(item => KeyValuePair.Create(item.Id, new ConfigurationUpdate { AcceptHostOf = item }))]),
            result => Assert.Null(result.Error));
    }

    public void Keep(LlmConfigWarning warning)
    {
        lock (_warnings)
        {
            _warnings.Add(warning);
        }
    }

    public void Dispose()
    {
        _opened.ForEach(repository => repository.Dispose());
        Directory.Delete(Root, recursive: true);
    }
}
