using System.Security;
using System.Text;

namespace LlmConfig.Tests;

public sealed class KeyRulesTests
{
    private const int Limit = 16 * 1024;

    public static TheoryData<string> BadKeys =>
    [
        "", " ", "\u00A0\u3000", "sk-test\na", "\n", "\rsk-test-a", "sk-test\0a", "sk-\u001Btest", "sk-test\u007F", "sk-test\u0085", "sk-test-\uD800", "\uDC00sk-test",
        new string('k', Limit + 1), new string('ü', (Limit / 2) + 1),
    ];

    [Theory]
    [MemberData(nameof(BadKeys), DisableDiscoveryEnumeration = true)]
    public void A_bad_key_is_refused_and_never_repeated(string key)
    {
        using SecureString secure = ToSecureString(key);
        foreach (LlmConfigException error in new[]
        {
            Refusal.Of(LlmConfigErrorCode.InvalidKey, "work", () => ApiKey.From(key, "work").Dispose()),
            Refusal.Of(LlmConfigErrorCode.InvalidKey, "work", () => ApiKey.From(secure, "work").Dispose()),
        })
        {
            Refusal.AssertNowhere("sk-test", error);
            Refusal.AssertNowhere("kkkk", error);
            Assert.Null(error.InnerException);
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\n\n\r\n")]
    public void Line_breaks_at_its_end_are_left_out_and_a_change_warns_of_it(string end)
    {
        using SecureString secure = ToSecureString("sk-test-a" + end);
        using ApiKey text = ApiKey.From("sk-test-a" + end, null), secret = ApiKey.From(secure, null), bytes = ApiKey.FromUtf8(Encoding.UTF8.GetBytes("sk-test-a" + end), null);
        Assert.All(new[] { text, secret, bytes }, key => Assert.Equal("sk-test-a", key.ToPlainText()));

        using var store = new TemporaryStore();
        List<LlmConfigWarning> warnings = [];
        store.Open(options => options with { Warning = warnings.Add }).Create(new NewConfiguration { Name = "work", Provider = "openai", Key = text });
        Assert.Single(warnings, warning => warning.Message == "The key of 'work' was given with a line break at its end, which was left out.");
    }

    [Theory]
    [InlineData("sk-test-a")]
    [InlineData("sk-test-a\n")]
    [InlineData("\uFEFFsk-test-a\r\n")]
    public void A_file_gives_its_key_without_the_marks_of_a_file(string content)
    {
        using var store = new TemporaryStore();
        string file = Path.Combine(Directory.CreateDirectory(store.Path).FullName, "key.txt");
        File.WriteAllText(file, content);
        using ApiKey key = ApiKey.FromFile(file, "work");

        Assert.Equal(("sk-test-a", false), (key.ToPlainText(), key.LostLineBreak));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_not_named()
    {
        using var store = new TemporaryStore();
        Directory.CreateDirectory(store.Path);
        File.WriteAllBytes(Path.Combine(store.Path, "long"), new byte[Limit + 100]);
        foreach (string path in new[] { "sk-test-a", string.Empty, store.Path, "a\0b", Path.Combine(store.Path, "long") })
        {
            Refusal.AssertNowhere("sk-test", Refusal.Of(LlmConfigErrorCode.InvalidKey, "work", () => ApiKey.FromFile(path, "work").Dispose()));
        }
    }

    [Fact]
    public void Sixteen_KiB_are_fine_in_characters_and_in_bytes()
    {
        foreach (string value in new[] { new string('k', Limit), new string('ü', Limit / 2) })
        {
            using var store = new TemporaryStore();
            Assert.Equal(value, store.ReadKey(store.Create("work", value).Id));
        }
    }

    [Theory]
    [InlineData("sk-test-a")]
    [InlineData(" sk-test with spaces ")]
    [InlineData("sk-test-ключ-\U0001F511")]
    public void A_key_comes_back_as_it_was_given_in_every_form(string value)
    {
        using ApiKey key = ApiKey.From(value, null);
        using SecureString secure = key.ToSecureString();
        using ApiKey again = ApiKey.From(secure, null);

        Assert.Equal(value, again.ToPlainText());
        Assert.Equal(Encoding.UTF8.GetBytes(value), key.Utf8.ToArray());
        Assert.True(secure.IsReadOnly());
        Assert.True(key.HasSameValue(again));
        using ApiKey other = ApiKey.From(value + "x", null);
        Assert.False(key.HasSameValue(other));
        Assert.DoesNotContain(value, key.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_key_is_zeroed_and_gives_nothing_more()
    {
        var bytes = new SecretBytes("sk-test-a"u8);
        Span<byte> span = bytes.Span;
        bytes.Dispose();
        Assert.All(span.ToArray(), b => Assert.Equal(0, b));

        ApiKey key = ApiKey.From("sk-test-a", null);
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.ToPlainText());
    }

    [Fact]
    public void A_key_is_taken_from_an_environment_variable()
    {
        string variable = "LLMCONFIG_TEST_" + Guid.NewGuid().ToString("N");
        string value = TestKey.New();
        Environment.SetEnvironmentVariable(variable, value);
        using ApiKey key = ApiKey.FromEnvironment(variable, "work");
        Environment.SetEnvironmentVariable(variable, null);

        Assert.Equal(value, key.ToPlainText());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("A=B")]
    [InlineData("A\0B")]
    [InlineData("sk-test-given-in-place-of-the-name")]
    public void A_variable_that_is_not_set_is_refused_without_repeating_its_name(string variable)
    {
        LlmConfigException error = Refusal.Of(
            LlmConfigErrorCode.InvalidKey, "work", () => ApiKey.FromEnvironment(variable, "work").Dispose());

        Refusal.AssertNowhere("sk-test", error);
    }

    [Fact]
    public void What_a_vault_gives_back_that_is_no_key_is_refused()
    {
        Refusal.Of(LlmConfigErrorCode.InvalidKey, "work", () => ApiKey.FromVault(new SecretBytes(Limit + 1), "work").Dispose());
        Refusal.Of(LlmConfigErrorCode.InvalidKey, "work", () => ApiKey.FromVault(new SecretBytes([0xC3]), "work").Dispose());
    }

    [Fact]
    public void A_configuration_has_no_property_that_could_hold_a_key()
    {
        using var store = new TemporaryStore();
        string value = TestKey.New();
        LlmConfiguration item = store.Create("work", value);

        Assert.DoesNotContain(typeof(LlmConfiguration).GetProperties(), property => property.Name is "Key" or "ApiKey" or "Secret" or "KeyId");
        Assert.DoesNotContain(value, System.Text.Json.JsonSerializer.Serialize(item), StringComparison.Ordinal);
        Assert.Equal("work", item.ToString());
    }

    private static SecureString ToSecureString(string text)
    {
        var result = new SecureString();
        foreach (char c in text)
        {
            result.AppendChar(c);
        }

        return result;
    }
}
