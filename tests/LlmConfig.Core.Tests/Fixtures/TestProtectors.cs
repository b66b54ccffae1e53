namespace LlmConfig.Tests;

/// <summary>Who keeps the master key of a store of a test: never the keyring of the person who runs it.</summary>
internal static class TestProtectors
{
    /// <summary>A file, after others that come first where they are ready.</summary>
    public static Func<string, StoreFileSystem, IReadOnlyList<IMasterKeyProtector>> KeyFile(params IMasterKeyProtector[] first) =>
        (vault, files) => [.. first, new KeyFileProtector(vault, files)];
}
