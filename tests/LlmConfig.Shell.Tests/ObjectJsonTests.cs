using System.Buffers;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Net;
using System.Security;
using System.Text;
using System.Text.Json;

namespace LlmConfig.Shell.Tests;

public class ObjectJsonTests
{
    private static readonly byte[] Bytes = [1, 2, 3];

    public static TheoryData<object?, string> Values => new()
    {
        { null, "null" },
        { "é\"<", "\"é\\\"<\"" },
        { 5, "5" },
        { 1.5m, "1.5" },
        { double.NaN, "\"NaN\"" },
        { true, "true" },
        { DayOfWeek.Monday, "\"Monday\"" },
        { new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "\"2026-01-02T03:04:05Z\"" },
        { new TimeSpan(1, 2, 3), "\"01:02:03\"" },
        { Guid.Empty, "\"00000000-0000-0000-0000-000000000000\"" },
        { new Uri("https://a/b"), "\"https://a/b\"" },
        { Bytes, "\"AQID\"" },
        { new object[] { 1, "a" }, "[1,\"a\"]" },
        { new OrderedDictionary { ["Key"] = 1 }, "{\"Key\":1}" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Each_kind_of_value_has_one_form(object? value, string expected) => Assert.Equal(expected, Write(value));

    [Fact]
    public void Properties_are_in_camel_case_and_nested_custom_objects_are_kept_apart()
    {
        PSObject inner = Custom(("Deep", 1));
        Assert.Equal("{\"someName\":\"x\",\"inner\":{\"deep\":1}}", Write(Custom(("SomeName", "x"), ("Inner", inner))));
    }

    [Fact]
    public void A_secure_string_is_never_written()
    {
        using var secret = new SecureString();
        secret.AppendChar('s');
        Assert.Equal("{\"key\":null}", Write(Custom(("Key", secret))));
        Assert.DoesNotContain("hunter2", Write(new NetworkCredential("me", "hunter2")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_contains_itself_ends()
    {
        PSObject self = Custom();
        self.Properties.Add(new PSNoteProperty("Me", self));
        Assert.StartsWith("{\"me\":\"", Write(self), StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        PSObject item = Custom(("Leaf", 1));
        for (int i = 0; i < 20; i++)
        {
            item = Custom(("N", item));
        }

        Assert.Equal(7, Write(item).Split("{\"n\":").Length - 1);
    }

    private static PSObject Custom(params (string Name, object Value)[] properties)
    {
        var item = new PSObject();
        foreach ((string name, object value) in properties)
        {
            item.Properties.Add(new PSNoteProperty(name, value));
        }

        return item;
    }

    private static string Write(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ObjectJson.Compact))
        {
            new ObjectJson(writer, ObjectJsonStyle.Document).Write(value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
