using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace LlmConfig.Shell.Commands;

/// <summary>What <c>-Property</c> takes: a name, with wildcards; a script block; or <c>@{ Name = …; Expression = … }</c>.</summary>
internal sealed class PropertySelector
{
    private readonly string? _pattern;
    private readonly ScriptBlock? _expression;

    private PropertySelector(string name, string? pattern, ScriptBlock? expression, bool? descending)
    {
        Name = name;
        _pattern = pattern;
        _expression = expression;
        Descending = descending;
    }

    /// <summary>What the value is called in the result.</summary>
    public string Name { get; }

    /// <summary>The direction that this property alone is to be sorted in.</summary>
    public bool? Descending { get; }

    public static PropertySelector From(object definition)
    {
        switch (definition is PSObject wrapped ? wrapped.BaseObject : definition)
        {
            case ScriptBlock block:
                return new PropertySelector(block.ToString().Trim(), null, block, null);
            case IDictionary table:
                object? expression = Entry(table, "Expression");
                object? direction = Entry(table, "Descending");
                string? name = (Entry(table, "Name") ?? Entry(table, "Label"))?.ToString();
                return new PropertySelector(
                    name ?? expression?.ToString()?.Trim() ?? throw new PSArgumentException("A property needs a Name or an Expression."),
                    expression is ScriptBlock ? null : expression?.ToString() ?? name,
                    expression as ScriptBlock,
                    direction is null ? null : LanguagePrimitives.IsTrue(direction));
            case var other:
                string text = other?.ToString() ?? string.Empty;
                return new PropertySelector(text, text, null, null);
        }
    }

    /// <summary>The properties that match; one without a value where a plain name matches none.</summary>
    public IEnumerable<(string Name, object? Value)> Select(PSObject item)
    {
        if (_expression is not null)
        {
            yield return (Name, Evaluate(item));
        }
        else if (item.BaseObject is IDictionary dictionary && dictionary.Contains(_pattern!))
        {
            yield return (Name, dictionary[_pattern!]);
        }
        else if (WildcardPattern.ContainsWildcardCharacters(_pattern))
        {
            foreach (PSMemberInfo property in item.Properties.Match(_pattern))
            {
                yield return (property.Name, Value(property));
            }
        }
        else
        {
            PSPropertyInfo? property = item.Properties[_pattern!];
            // The property's own spelling, unless a name was given.
            yield return (property is null || Name != _pattern ? Name : property.Name, property is null ? null : Value(property));
        }
    }

    private static object? Entry(IDictionary table, string name)
    {
        foreach (DictionaryEntry entry in table)
        {
            // Any beginning will do, as in the original: n, e, desc.
            if (entry.Key is string { Length: > 0 } key && name.StartsWith(key, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            }
        }

        return null;
    }

    private static object? Value(PSMemberInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    private object? Evaluate(PSObject item)
    {
        Collection<PSObject> values = _expression!.InvokeWithContext(null, [new PSVariable("_", item)]);
        return values.Count switch
        {
            0 => null,
            1 => values[0],
            _ => values.ToArray(),
        };
    }
}
