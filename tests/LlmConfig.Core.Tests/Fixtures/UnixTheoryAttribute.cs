namespace LlmConfig.Tests;

/// <summary><see cref="UnixFactAttribute"/> with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixTheoryAttribute : SkippableTheoryAttribute
{
    public UnixTheoryAttribute()
    {
        Skip = OperatingSystem.IsWindows() ? UnixFactAttribute.Reason : null;
    }
}
