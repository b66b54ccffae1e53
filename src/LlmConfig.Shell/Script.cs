using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig.Shell;

/// <summary>What is to be run, and what it is to be run with.</summary>
/// <param name="Text">The script, for the engine.</param>
/// <param name="Arguments">The values that <c>$args</c> holds.</param>
/// <param name="ReadsInput">The script looks at <c>$input</c>: only then is standard input read for it.</param>
internal sealed record Script(string Text, IReadOnlyList<object> Arguments, bool ReadsInput)
{
    public static Script FromText(string text) =>
        new(text, [], text.Contains("input", StringComparison.OrdinalIgnoreCase) && UsesInput(Parser.ParseInput(text, out _, out _)));

    /// <summary>A statement typed at the prompt, where standard input is the keyboard.</summary>
    public static Script FromPrompt(string text) => new(text, [], ReadsInput: false);

    /// <summary>
    /// A file is run as a script block that remembers where it came from, rather than as a command: so an
    /// <c>exit</c> in it ends the program with its number instead of ending the file alone.
    /// </summary>
    /// <exception cref="ParseException">The file is not a script.</exception>
    public static Script FromFile(string path, IReadOnlyList<string> arguments)
    {
        ScriptBlockAst ast = Parser.ParseFile(path, out _, out ParseError[] errors);
        if (errors.Length > 0)
        {
            throw new ParseException(errors);
        }

        bool readsInput = UsesInput(ast);
        var values = new List<object> { ast.GetScriptBlock() };
        string text = (readsInput ? "$input | & $args[0]" : "& $args[0]") + FileArguments.Compose(arguments, values);
        return new Script(text, values, readsInput);
    }

    /// <summary>
    /// The engine reports an unfinished script without saying where, for hosts that would then read on. Nothing more
    /// comes here, so the parser is asked again.
    /// </summary>
    public RuntimeException Explain(RuntimeException exception)
    {
        if (exception is not IncompleteParseException)
        {
            return exception;
        }

        Parser.ParseInput(Text, out _, out ParseError[] errors);
        return errors.Length > 0 ? new ParseException(errors) : exception;
    }

    private static bool UsesInput(ScriptBlockAst ast) =>
        ast.ProcessBlock is not null
        || ast.Find(
            static node => node is VariableExpressionAst { VariablePath.UserPath: var name }
                && name.Equals("input", StringComparison.OrdinalIgnoreCase),
            searchNestedScriptBlocks: false) is not null;
}
