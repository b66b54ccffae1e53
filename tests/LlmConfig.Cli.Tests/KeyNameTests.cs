using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>--key-name and import --secret: secrets that people keep in a vault under names of their own.</summary>
public sealed class KeyNameTests : IDisposable
{
    private const string Secret = "My OpenAI";

    private readonly CliStore _store = new CliStore().WithSamples();

    public KeyNameTests()
    {
        Put(Secret, CliStore.Key);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_configuration_refers_to_a_secret_and_only_reads_it()
    {
        CliRun made = _store.Run("new", "team", "openai", "--key-name", Secret, "--vault", "LlmConfig");
        Assert.Equal((0, $"Created 'team'; its key is the secret '{Secret}' of the vault 'LlmConfig', which is only read.\n"), (made.ExitCode, made.Err));

        Assert.Equal(CliStore.Key + "\n", _store.Run("key", "team").Out);
        Put(Secret, "sk-test-rotated");
        Assert.Equal("sk-test-rotated\n", _store.Run("key", "team").Out);
        JsonElement shown = _store.Run("get", "team", "--json").Data[0];
        Assert.Equal((Secret, "LlmConfig"), (shown.GetProperty("keyName").GetString(), shown.GetProperty("vault").GetString()));
        Assert.Equal(JsonValueKind.Null, _store.Run("get", "work", "--json").Data[0].GetProperty("keyName").ValueKind);
        Assert.Contains(Secret, _store.Run("get", "team").Out, StringComparison.Ordinal);
        Assert.Equal(0, _store.Run("test", "team").ExitCode);
        Assert.Equal(0, _store.Run("remove", "team").ExitCode);
        Assert.Equal([Secret], Secrets());
    }

    [Theory]
    [InlineData("KeyMissing", "--key-name", "My OpenAl", "--vault", "LlmConfig")]
    [InlineData("InvalidName", "--key-name", "llm-api-key-00112233445566778899aabbccddeeff", "--vault", "LlmConfig")]
    [InlineData("InvalidArgument", "--key-name", Secret, "--key-stdin")]
    public void What_cannot_be_meant_is_an_error_in_the_words_of_this_program(string code, params string[] arguments)
    {
        CliRun run = _store.RunWith("sk-test-own\n", ["new", "team", "openai", .. arguments, "--json"]);

        Assert.Equal((1, code), (run.ExitCode, run.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("--key-name", run.Json.GetProperty("error").GetProperty("recommendedAction").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_at_a_terminal_is_not_asked_for_a_key_that_was_named() =>
        Assert.Equal(0, _store.Typing(string.Empty, "new", "team", "openai", "--key-name", Secret).ExitCode);

    [Fact]
    public void Set_changes_between_a_key_of_its_own_and_a_secret_which_stays()
    {
        Assert.Equal(0, _store.Run("set", "work", "--key-name", Secret, "--vault", "LlmConfig").ExitCode);
        Assert.Equal(Secret, _store.Run("get", "work", "--json").Data[0].GetProperty("keyName").GetString());

        CliRun own = _store.RunWith("sk-test-own\n", "set", "work", "--key-stdin");
        Assert.Contains($"Changed 'work': a new key in place of the secret '{Secret}' of the vault 'LlmConfig', which stays.", own.Err, StringComparison.Ordinal);
        Assert.Equal("sk-test-own\n", _store.Run("key", "work").Out);
        Assert.Equal([Secret], Secrets());
    }

    [Fact]
    public void Import_makes_configurations_of_the_secrets_that_match()
    {
        Put("groq for the team", "sk-test-two");
        Put("database", "made-up-text");

        Assert.Equal(2, _store.Run("import", "--secret", "*").ExitCode);
        CliRun shown = _store.Run("import", "--from-vault", "LlmConfig", "--secret", "*openai*", "--dry-run");
        Assert.Contains($"the secret '{Secret}' of the vault 'LlmConfig'", shown.Out, StringComparison.Ordinal);

        CliRun run = _store.Run("import", "--from-vault", "LlmConfig", "--secret", "*", "--json");
        Assert.Equal((1, "UnknownProvider"), (run.ExitCode, run.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("--provider", run.Json.GetProperty("error").GetProperty("recommendedAction").GetString(), StringComparison.Ordinal);
        Assert.Equal("groq", _store.Run("get", "groq for the team", "--json").Data[0].GetProperty("provider").GetString());
        Assert.Equal(0, _store.Run("import", "--from-vault", "LlmConfig", "--secret", "data*", "--provider", "mistral").ExitCode);
        Assert.Equal("mistral", _store.Run("get", "database", "--json").Data[0].GetProperty("provider").GetString());
        Assert.Contains("no secret of such a name", _store.Run("import", "--from-vault", "LlmConfig", "--secret", "nothing").Err, StringComparison.Ordinal);
    }

    private void Put(string name, string value)
    {
        using var vault = new SecretVault(StoreFolder.At(_store.Folder));
        using VaultSecret secret = VaultSecret.From(value);
        vault.Write(name, secret);
    }

    private IEnumerable<string> Secrets()
    {
        using var vault = new SecretVault(StoreFolder.At(_store.Folder));
        return [.. vault.List().Select(secret => secret.Name).Where(name => !SecretVault.IsKeyName(name))];
    }
}
