using CsCheck;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>Random histories of a repository against a list in memory. What fails is shown as the shortest history that was found.</summary>
[Collection(nameof(AloneCollection))]
public sealed class RepositoryModelTests(ITestOutputHelper output)
{
    private const int LongestHistory = 50;

    private static readonly Gen<ModelStep> Step = Gen.Select(
        Gen.Enum<ModelAction>(), Gen.Int[0, 7], Gen.Int[0, 7], Gen.Int[0, 7], (action, first, second, third) => new ModelStep(action, first, second, third));

    [Fact]
    public void Random_histories_leave_what_a_list_in_memory_would()
    {
        int histories = TestScale.Of(1200);
        int steps = 0;
        Step.Array[1, LongestHistory].Sample(
            history =>
            {
                using var both = new ModelHistory();
                foreach (ModelStep step in history)
                {
                    both.Do(step);
                    Interlocked.Increment(ref steps);
                }

                both.End();
            },
            iter: histories,
            threads: 2,
            print: history => string.Join('\n', history.Select(step => step.ToString())));
        Figures.Print(output, $"model check: {steps} steps in {histories} random histories, differences: 0");
    }
}
