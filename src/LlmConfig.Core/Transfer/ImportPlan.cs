namespace LlmConfig;

/// <summary>What an import would do, item by item. Nothing has been changed yet.</summary>
public sealed class ImportPlan
{
    internal ImportPlan(IReadOnlyList<ImportStep> steps, int passedOver = 0)
    {
        Steps = steps;
        PassedOver = passedOver;
    }

    /// <summary>One step for each item, those that remove a configuration first.</summary>
    public IReadOnlyList<ImportStep> Steps { get; }

    /// <summary>How many keys of a shared vault say nothing, or nothing valid, of a configuration. Never touched.</summary>
    public int PassedOver { get; }
}
