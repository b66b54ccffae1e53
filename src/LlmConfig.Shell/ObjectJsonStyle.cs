namespace LlmConfig.Shell;

/// <summary>How objects become JSON.</summary>
/// <param name="MaxDepth">Objects nested deeper than this become their text.</param>
/// <param name="CamelCase">Property names begin with a small letter. Keys of dictionaries are data and stay as they are.</param>
/// <param name="EnumNames">Enumerations are written by name rather than by number.</param>
internal sealed record ObjectJsonStyle(int MaxDepth, bool CamelCase, bool EnumNames)
{
    /// <summary>What <c>--json</c> promises.</summary>
    public static ObjectJsonStyle Document { get; } = new(MaxDepth: 6, CamelCase: true, EnumNames: true);
}
