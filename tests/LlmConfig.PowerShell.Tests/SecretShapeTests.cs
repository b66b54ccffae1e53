using System.Collections;
using System.Collections.ObjectModel;
using System.Text;

namespace LlmConfig.Tests;

/// <summary>A key is taken out of whatever a vault gives, and out of nothing that could be something else.</summary>
public sealed class SecretShapeTests
{
    private const string Name = "MyKey";
    private const string Key = "sk-test-shape-0123456789";

    public static TheoryData<string, Func<object?[]>> Keys() => new()
    {
        { "a SecureString", () => [EngineTest.SecureText(Key)] },
        { "a text", () => [Key] },
        { "a text with a line break at its end", () => [Key + "\r\n"] },
        { "a SecureString with a line break at its end", () => [EngineTest.SecureText(Key + "\n")] },
        { "bytes", () => [Encoding.UTF8.GetBytes(Key + "\n")] },
        { "a PSCredential", () => [new PSCredential("somebody", EngineTest.SecureText(Key))] },
        { "a table with one entry", () => [new Hashtable { ["value"] = EngineTest.SecureText(Key) }] },
        { "a table with an entry of its name", () => [new Hashtable { ["store"] = "other", ["MYKEY"] = Key }] },
        { "a wrapped entry", () => [new Hashtable { [Name] = PSObject.AsPSObject(EngineTest.SecureText(Key)) }] },
        { "a text of the vault beside it", () => ["Reading the secret ...", EngineTest.SecureText(Key), null] },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_is_taken_out(string what, Func<object?[]> give)
    {
        using ApiKey? key = SecretShape.ToKey(Given(give), Name, "Team");
        Assert.True(key?.ToPlainText() == Key, what);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_is_no_key(bool isNull) => Assert.Null(SecretShape.ToKey(Given(() => isNull ? [null] : []), Name, "Team"));

    public static TheoryData<string, Func<object?[]>> Others() => new()
    {
        { "gives 2 values", () => [EngineTest.SecureText(Key), EngineTest.SecureText(Key)] },
        { "gives 2 values", () => ["one", Key] },
        { "a table of 2 values", () => [new Hashtable { ["a"] = Key, ["b"] = Key }] },
        { "a table of 1 values", () => [new Hashtable { ["a"] = new Hashtable() }] },
        { "gives a Int32", () => [42] },
        { "control character", () => [Key + "\nsecond line"] },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void What_could_be_something_else_is_refused_without_being_repeated(string why, Func<object?[]> give)
    {
        LlmConfigException error = Assert.Throws<LlmConfigException>(() => SecretShape.ToKey(Given(give), Name, "Team"));
        Assert.Equal(LlmConfigErrorCode.InvalidKey, error.Code);
        Assert.Contains(why, error.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
    }

    private static Collection<PSObject> Given(Func<object?[]> give) => new([.. give().Select(value => value is null ? null! : PSObject.AsPSObject(value))]);
}
