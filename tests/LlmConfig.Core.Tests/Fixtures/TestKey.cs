using System.Security.Cryptography;

namespace LlmConfig.Tests;

/// <summary>Made-up keys.</summary>
internal static class TestKey
{
    public static string New() => "sk-test-" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>An id under which a store would write a key.</summary>
    public static string NewId() => KeyReference.NewKeyId();

    /// <summary>True for an id of a store.</summary>
    public static bool IsId(string text) => KeyReference.IsKeyId(text);
}
