using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// The figures that a suite shows: on the console, in the test's own output, and in <c>TestResults/figures.txt</c>, where
/// <c>.ci/run</c> looks that none is missing or smaller than it should be.
/// </summary>
internal static class Figures
{
    private static readonly object Gate = new();

    public static void Print(ITestOutputHelper output, string figure)
    {
        output.WriteLine(figure);
        Console.WriteLine(figure);
        lock (Gate)
        {
            string folder = Directory.CreateDirectory(Path.Combine(SourceTree.Root, "TestResults")).FullName;
            File.AppendAllText(Path.Combine(folder, "figures.txt"), figure + "\n");
        }
    }
}
