namespace LlmConfig.Tests;

/// <summary>A test of something that Windows does not have: FIFOs, modes, symbolic links of anybody, other users without an administrator.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : SkippableFactAttribute
{
    internal const string Reason = "Unix only";

    public UnixFactAttribute()
    {
        Skip = OperatingSystem.IsWindows() ? Reason : null;
    }
}
