using System.Globalization;

namespace LlmConfig.Tests;

/// <summary>
/// How long the suites run that could run forever: <c>LLMCONFIG_TEST_SCALE</c> multiplies their default sizes, which
/// keep <c>dotnet test</c> short. The README says so under "Develop".
/// </summary>
internal static class TestScale
{
    public const string Variable = "LLMCONFIG_TEST_SCALE";

    private static readonly double Factor = double.TryParse(
        Environment.GetEnvironmentVariable(Variable), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) && factor > 0
        ? factor
        : 1;

    /// <summary>The size of a suite: its default times the scale, at least 1.</summary>
    public static int Of(int size) => Math.Max(1, (int)Math.Min(int.MaxValue, size * Factor));
}
