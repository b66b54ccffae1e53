namespace LlmConfig.Tests;

/// <summary>The seals of a store whose vault a key file protects.</summary>
internal static class TestSeals
{
    public static KeySeals Of(string folder)
    {
        var files = new StoreFileSystem();
        string vault = new StorePaths(folder).Vault;
        return new KeySeals(new LocalVault(vault, files, [new KeyFileProtector(vault, files)], TimeProvider.System, _ => { }, TimeSpan.FromSeconds(30)));
    }
}
