namespace LlmConfig;

/// <summary>A place where the key of a configuration stands in plain text. Of the key itself it says nothing.</summary>
/// <param name="Name">The configuration's name.</param>
/// <param name="Path">The full path of the file, with a remark in the place of each key in it.</param>
/// <param name="Line">The line in which the key begins, from 1; 0 where the key stands in the name of the file or folder.</param>
/// <param name="Column">The character of that line at which it begins, from 1; 0 where <paramref name="Line"/> is.</param>
public sealed record FoundKey(string Name, string Path, long Line, long Column);
