using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>How things of one kind are shown: to a person, and to a program with the field names of the cmdlets' objects.</summary>
internal abstract class View<T>
{
    /// <summary>Shows them to a person.</summary>
    public abstract void WriteText(TextPage page, IReadOnlyList<T> items);

    /// <summary>Writes one as a JSON object: each property of the object that the cmdlets give, in camel case.</summary>
    public abstract void WriteJson(Utf8JsonWriter writer, T item);
}
