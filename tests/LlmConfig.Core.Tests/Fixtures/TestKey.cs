using System.Security.Cryptography;

namespace LlmConfig.Tests;

/// <summary>Made-up keys.</summary>
internal static class TestKey
{
    public static string New() => "sk-test-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
}
