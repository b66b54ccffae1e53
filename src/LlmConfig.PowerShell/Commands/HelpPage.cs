namespace LlmConfig.Commands;

/// <summary>Where the help of a cmdlet can be read online: the pages of <c>docs/cmdlets</c>, in the project that the module's manifest names.</summary>
internal static class HelpPage
{
    /// <summary>What stands before the name of a page.</summary>
    public const string Folder = "https://github.com/LlmConfig/LlmConfig.PowerShell/blob/main/docs/cmdlets/";
}
