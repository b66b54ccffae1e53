namespace LlmConfig;

/// <summary>What lies at a path, links not followed.</summary>
internal enum EntryKind
{
    File = 1,
    Folder = 2,
    Link = 3,
    Other = 4,
}
