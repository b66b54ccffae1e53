namespace LlmConfig;

/// <summary>The formats of files that can be imported.</summary>
public enum ImportFormat
{
    /// <summary><c>llm_config.json</c> of a store, or what <see cref="LlmConfigRepository.Export(IReadOnlyList{Guid})"/> made, sealed or not.</summary>
    LlmConfig = 1,

    /// <summary>Lines of <c>NAME=value</c> with the variables of the catalogue.</summary>
    DotEnv = 2,

    /// <summary><c>keys.json</c> of the command-line tool <c>llm</c>: an object of names and keys.</summary>
    LlmKeys = 3,
}
