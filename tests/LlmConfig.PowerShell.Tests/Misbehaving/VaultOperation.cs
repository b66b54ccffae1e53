namespace LlmConfig.Tests;

/// <summary>Something that is done while a vault misbehaves, and what the store has before and after it.</summary>
/// <param name="Name">Its name, for the figures.</param>
/// <param name="Prepare">The script that brings an empty store into the state before.</param>
/// <param name="Act">The script.</param>
/// <param name="Before">The configurations before it and their keys, as <c>name=key</c>.</param>
/// <param name="After">The same after it, when it was done.</param>
internal sealed record VaultOperation(string Name, string Prepare, string Act, string Before, string After)
{
    /// <summary>The secret that somebody else keeps in the vault.</summary>
    public const string Named = "MyOpenAI";

    private const string Keep = "New-LlmConfig keep openai -ApiKey $keep -Vault Team; ";
    private const string Work = "New-LlmConfig work openai -ApiKey $old -Vault Team; ";
    private const string Elsewhere = "New-LlmConfig work openai -ApiKey $old -Vault LlmConfig; ";
    private const string Refer = "New-LlmConfig work openai -KeyName MyOpenAI -Vault Team; ";
    private const string OfOther =
        "$own = $env:LLMCONFIG_HOME; $env:LLMCONFIG_HOME = $own + '-other'; Set-LlmConfigStore -Protector KeyFile; " + Work + "$env:LLMCONFIG_HOME = $own; ";

    public static IReadOnlyList<VaultOperation> All { get; } =
    [
        new("the first key", string.Empty, Work.Replace("$old", "$new", StringComparison.Ordinal), string.Empty, "work=new"),
        new("another key", Keep, Work.Replace("$old", "$new", StringComparison.Ordinal), "keep=keep", "keep=keep work=new"),
        new("read", Keep + Work, "$null = Get-LlmConfigKey work", "keep=keep work=old", "keep=keep work=old"),
        new("rotate", Keep + Work, "Set-LlmConfig work -ApiKey $new", "keep=keep work=old", "keep=keep work=new"),
        new("rotate the only key", Work, "Set-LlmConfig work -ApiKey $new", "work=old", "work=new"),
        new("rename", Keep + Work, "Set-LlmConfig work -NewName job", "keep=keep work=old", "keep=keep job=old"),
        new("remove", Keep + Work, "Remove-LlmConfig work", "keep=keep work=old", "keep=keep"),
        new("remove the only key", Work, "Remove-LlmConfig work", "work=old", string.Empty),
        new("move in", Keep + Elsewhere, "Set-LlmConfig work -Vault Team", "keep=keep work=old", "keep=keep work=old"),
        new("move out", Keep + Work, "Set-LlmConfig work -Vault LlmConfig", "keep=keep work=old", "keep=keep work=old"),
        new("move the only key out", Work, "Set-LlmConfig work -Vault LlmConfig", "work=old", "work=old"),
        new("import from the vault", OfOther + Keep, "Import-LlmConfig -FromVault Team", "keep=keep", "keep=keep work=old") { NeedsLabels = true },
        new("import secrets", Keep, "Import-LlmConfig -FromVault Team -Secret *openai*", "keep=keep", "keep=keep MyOpenAI=named"),
        new("refer to a secret", Keep, Refer, "keep=keep", "keep=keep work=named"),
        new("read a secret", Keep + Refer, "$null = Get-LlmConfigKey work", "keep=keep work=named", "keep=keep work=named"),
        new("test", Keep + Work, "$null = Test-LlmConfig", "keep=keep work=old", "keep=keep work=old"),
        new("repair what was left undone", Keep + Work, "Repair-LlmConfig -Force -Vault Team", "keep=keep", "keep=keep") { LeavesUndone = true },
        new("repair an orphan", Keep + Work, "Repair-LlmConfig -Force -Vault Team", "keep=keep", "keep=keep") { LeavesUndone = true, LeavesOrphan = true },
    ];

    /// <summary>True where what was not listed was not imported, which is no failure.</summary>
    public bool IsImport => Act.StartsWith("Import-", StringComparison.Ordinal);

    /// <summary>True where only a vault that keeps metadata can do it.</summary>
    public bool NeedsLabels { get; private init; }

    /// <summary>True where <c>work</c> is removed in the end of the preparation, and the vault does not remove its key.</summary>
    public bool LeavesUndone { get; private init; }

    /// <summary>True where the note of that goes too.</summary>
    public bool LeavesOrphan { get; private init; }

    public override string ToString() => Name;
}
