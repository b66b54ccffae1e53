using System.Text.RegularExpressions;

namespace LlmConfig.Tests;

/// <summary>The worked examples of docs/file-formats.md, which another program could be written from, read by this one.</summary>
public sealed partial class FileFormatsDocumentTests : IDisposable
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Root(), "docs", "file-formats.md"));

    private static readonly string DocumentedVault = Regex.Match(Block("json vault.json"), "\"vault\": \"([^\"]+)").Groups[1].Value;

    private readonly string _home = Directory.CreateTempSubdirectory("llmconfig-formats-").FullName;

    [Fact]
    public void The_documented_store_and_vault_open_as_one_store()
    {
        string vault = Directory.CreateDirectory(Path.Combine(_home, "vault")).FullName;
        string pending = Directory.CreateDirectory(Path.Combine(_home, "pending")).FullName;
        File.WriteAllText(Path.Combine(_home, "llm_config.json"), Block("json llm_config.json"));
        File.WriteAllText(Path.Combine(pending, "0f8fad5b-d9cb-469f-a165-70867728950f.json"), Block("json intent"));
        File.WriteAllText(Path.Combine(vault, "vault.json"), Block("json vault.json"));
        File.WriteAllBytes(Path.Combine(vault, $"master-{DocumentedVault}.key"), Hex("hex master.key"));
        File.WriteAllBytes(Path.Combine(vault, SealedName().Match(Document).Value), Hex("hex sealed"));

        using var repository = new LlmConfigRepository(StoreFolder.At(_home));
        Assert.Equal(["work", "local"], repository.GetAll().Select(item => item.Name));
        Assert.Equal("work", repository.RequireDefault().Name);
        using ApiKey key = repository.GetKey(repository.Get("work").Id);
        Assert.Equal("sk-test-example", key.ToPlainText());

        // The intent names a key that is referred to and one that is not: recovery keeps the first.
        Assert.Equal(1, repository.Recover());
        using ApiKey after = repository.GetKey(repository.Get("work").Id);
        Assert.Empty(Directory.GetFiles(pending));

        // The documented mark is the one that the vault gives to the same key.
        var warnings = new List<LlmConfigWarning>();
        using (var second = new LlmConfigRepository(StoreFolder.At(_home), new LlmConfigOptions { Warning = warnings.Add }))
        {
            second.Remove([second.Create(new NewConfiguration { Name = "twin", Provider = "ollama", Key = key }).Id]);
        }

        Assert.Contains(warnings, warning => warning.Message.StartsWith("'work' and 'twin' have the same key.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_documented_file_is_what_is_written()
    {
        string text = Block("json llm_config.json");
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        Assert.Equal(text, System.Text.Encoding.UTF8.GetString(StoreDocument.Write(StoreDocument.Read(bytes))).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_documented_list_of_models_is_read_and_is_what_is_written()
    {
        string path = Path.Combine(_home, "models.json");
        string text = Block("json models.json");
        File.WriteAllText(path, text);
        var lists = new ModelLists(_home, new StoreFileSystem());
        IReadOnlyList<ModelList> read = lists.Read();
        Assert.Equal(("openai", "https://gateway.example/openai/v1", "gpt-5 gpt-5-mini"), (read[0].Provider, read[0].BaseUrl, string.Join(' ', read[0].Models)));

        File.Delete(path);
        lists.Add([.. read.Reverse()]);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Fact]
    public void The_documented_sealed_export_opens_with_its_password()
    {
        string path = Path.Combine(_home, "export.json");
        File.WriteAllText(path, Block("json sealed export"));
        using var password = new System.Security.SecureString();
        foreach (char c in "eight or more")
        {
            password.AppendChar(c);
        }

        using ImportSource source = ImportSource.FromFile(path, null, password);

        ImportItem item = Assert.Single(source.Items);
        Assert.Equal(("work", "openai", "sk-test-example"), (item.Name, item.Provider, item.Key!.ToPlainText()));
    }

    [Fact]
    public void The_documented_master_key_behind_a_passphrase_opens_with_it()
    {
        using var passphrase = new System.Security.SecureString();
        foreach (char c in "eight or more")
        {
            passphrase.AppendChar(c);
        }

        var source = new PassphraseSource(null, _ => null, TimeSpan.FromSeconds(1)) { Given = passphrase };
        using var protector = new PassphraseProtector(_home, source, new PassphraseKeys(), TimeSpan.Zero, TimeProvider.System);

        using SecretBytes masterKey = protector.Load(new Guid(DocumentedVault), Hex("hex wrapped"));

        Assert.Equal(Hex("hex master.key")[24..], masterKey.Span.ToArray());
        Assert.Equal(new Guid(DocumentedVault), VaultHeader.IdOf(masterKey.Span));
    }

    [Fact]
    public void The_documented_sealed_file_is_what_is_sealed()
    {
        byte[] masterKey = Hex("hex master.key")[24..];
        byte[] file = SealedSecret.Seal(
            new Guid(DocumentedVault),
            masterKey,
            "llm-api-key-00112233445566778899aabbccddeeff",
            SealedSecretType.SecureString,
            "{}"u8,
            "sk-test-example"u8,
            Convert.FromHexString("0102030405060708090a0b0c"));
        Assert.Equal(Hex("hex sealed"), file);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "LlmConfig.PowerShell.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The tests do not run below the repository.");
    }

    private static string Block(string info) =>
        Regex.Match(Document, $"^```{Regex.Escape(info)}\n(.*?\n)```$", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;

    private static byte[] Hex(string info) => Convert.FromHexString(Block(info).ReplaceLineEndings(string.Empty));

    [GeneratedRegex("[0-9a-f]{64}\\.sealed")]
    private static partial Regex SealedName();
}
