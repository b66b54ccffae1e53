namespace LlmConfig;

/// <summary>What was written into a tool's own settings file, or would be.</summary>
/// <param name="Tool">The id of the tool.</param>
/// <param name="Name">The configuration that its file names; the one that it named, where it was taken out; <see langword="null"/> where it named none.</param>
/// <param name="Path">The full path of the file, links followed.</param>
/// <param name="Changed">True where the file is not, or would not be, as it was.</param>
/// <param name="Backup">The full path of the file as it was before it was registered; <see langword="null"/> where there was none, or the file is as it was.</param>
/// <param name="Difference">The lines that go, with <c>- </c> before each, and those that come, with <c>+ </c>. What looks like a key is left out of them.</param>
public sealed record LlmToolRegistration(string Tool, string? Name, string Path, bool Changed, string? Backup, string Difference);
