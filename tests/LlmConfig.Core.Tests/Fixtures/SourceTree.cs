namespace LlmConfig.Tests;

/// <summary>Where the repository that the tests were built in lies.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    /// <summary>The console program, as <c>dotnet build</c> leaves it.</summary>
    public static string Program => Path.Combine(Root, "out", "llmconfig", "llmconfig");

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LlmConfig.PowerShell.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run inside the repository.");
    }
}
