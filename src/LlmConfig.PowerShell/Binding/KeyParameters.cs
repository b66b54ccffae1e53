using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Security;

namespace LlmConfig;

/// <summary>
/// Lets a key through: a SecureString, also that of a PSCredential. A text, and whatever else a variable or a cell may hold, gets a stand-in,
/// and the body of the cmdlet decides: the engine's own error would show it. What is piped in as a whole for its properties is no key.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyArgumentAttribute : ArgumentTransformationAttribute
{
    private static readonly ConditionalWeakTable<SecureString, object> StandIns = [];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            null or "" => SecureStringOnlyAttribute.Empty,
            SecureString key => key,
            PSCredential credential => credential.Password,
            string or ValueType or IList or IDictionary or ScriptBlock => StandInFor(value),
            _ => Row.Instance,
        };
    }

    /// <summary>What a key stands in for; <see langword="null"/> where it is one.</summary>
    internal static object? Behind(SecureString key) => StandIns.TryGetValue(key, out object? value) ? value : null;

    private static SecureString StandInFor(object value)
    {
        var standIn = new SecureString();
        StandIns.Add(standIn, value);
        return standIn;
    }

    /// <summary>Binds to nothing, and shows nothing where the engine says so.</summary>
    private sealed class Row
    {
        public static readonly Row Instance = new();

        public override string ToString() => "(what was given is not shown: it may be a key)";
    }
}

/// <summary>The ways in which a cmdlet is given a key; one of them at most.</summary>
/// <param name="Key">What was bound to -ApiKey.</param>
/// <param name="IsPiped">True where the key itself came through the pipeline, which no history keeps: then it may be a text.</param>
/// <param name="Variable">The environment variable that holds it.</param>
/// <param name="File">The file that holds it.</param>
/// <param name="Command">The block that gives it.</param>
internal sealed record KeyParameters(SecureString? Key, bool IsPiped, string? Variable, string? File, ScriptBlock? Command)
{
    public const string Ways = "-ApiKey, -ApiKeyFromEnvironment, -ApiKeyFromFile and -ApiKeyFromCommand";

    /// <summary>True for an empty line that was piped in, as the last one of a file: nothing was given.</summary>
    public bool IsBlank => IsPiped && Key == SecureStringOnlyAttribute.Empty;

    /// <summary>True where a key was given.</summary>
    public bool IsGiven => Key is not null || Variable is not null || File is not null || Command is not null;

    /// <summary>The key; <see langword="null"/> where none was given.</summary>
    /// <param name="cmdlet">Whose parameters they are.</param>
    /// <param name="target">The name of the configuration concerned, for the error.</param>
    /// <param name="mayRun">False where the block is not to be run, and what it would give is left open.</param>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public ApiKey? Read(PSCmdlet cmdlet, string target, bool mayRun)
    {
        if (new object?[] { Key, Variable, File, Command }.Count(way => way is not null) > 1)
        {
            throw SecretParameters.Invalid(target, "The key was given twice.", $"Use one of {Ways}.");
        }

        return Key is not null ? FromArgument(cmdlet, Key, target)
            : Variable is not null ? ApiKey.FromEnvironment(Variable, target)
            : File is not null ? FromFile(cmdlet, File, target)
            : Command is not null && mayRun ? FromCommand(cmdlet, Command, target)
            : null;
    }

    private ApiKey FromArgument(PSCmdlet cmdlet, SecureString key, string target)
    {
        if (key != SecureStringOnlyAttribute.Refused && key != SecureStringOnlyAttribute.Empty && KeyArgumentAttribute.Behind(key) is null)
        {
            return ApiKey.From(key, target);
        }

        if (!IsPiped || KeyArgumentAttribute.Behind(key) is not string text)
        {
            throw SecretParameters.Invalid(
                target,
                "The key is not a SecureString.",
                "Pass (Read-Host -AsSecureString), pipe the key in, or say where it is with -ApiKeyFromEnvironment, -ApiKeyFromFile or -ApiKeyFromCommand; leave all of them out for no key.");
        }

        return cmdlet.MyInvocation.Line.Contains(text.TrimEnd(), StringComparison.Ordinal)
            ? throw SecretParameters.Invalid(
                target, "The key stands in the command line itself, which the history keeps.", "Pipe it in from where it is kept, such as Get-Secret or Get-Clipboard.")
            : ApiKey.From(text.AsSpan(), target);
    }

    private static ApiKey FromFile(PSCmdlet cmdlet, string file, string target)
    {
        string path = string.Empty;
        try
        {
            path = Commands.FilePath.Literal(cmdlet, file);
        }
        catch (LlmConfigException)
        {
            // Its text repeats the path, which may be a key that was given in its place.
        }

        return ApiKey.FromFile(path, target);
    }

    /// <summary>Runs a block that handles a key.</summary>
    /// <param name="cmdlet">Whose block it is.</param>
    /// <param name="command">The block.</param>
    /// <param name="target">The name of the configuration concerned, for the error.</param>
    /// <param name="arguments">What the block is given.</param>
    /// <returns>What it gives.</returns>
    /// <exception cref="LlmConfigException">InvalidKey: a program in it failed.</exception>
    public static Collection<PSObject> Run(PSCmdlet cmdlet, ScriptBlock command, string target, params object[] arguments)
    {
        const string ExitCode = "global:LASTEXITCODE";
        cmdlet.SessionState.PSVariable.Set(ExitCode, 0);
        Collection<PSObject> output = cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, command, null, arguments);
        return cmdlet.SessionState.PSVariable.GetValue(ExitCode) is not int code || code == 0 ? output
            : throw SecretParameters.Invalid(target, $"The command for the key ended with exit code {code}.", "Run it by itself to see what is wrong.");
    }

    /// <summary>The key that a block gives. A program that fails may write the reason in the place of it.</summary>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public static ApiKey FromCommand(PSCmdlet cmdlet, ScriptBlock command, string target, params object[] arguments)
    {
        object?[] values = [.. Run(cmdlet, command, target, arguments).Select(item => item?.BaseObject).Where(item => item is not (null or ""))];
        return values switch
        {
            [SecureString key] => ApiKey.From(key, target),
            [PSCredential credential] => ApiKey.From(credential.Password, target),
            [string text] => ApiKey.From(text.AsSpan(), target),
            [] => throw SecretParameters.Invalid(target, "The command for the key gives nothing.", "Run it by itself to see what is wrong."),
            [_] => throw SecretParameters.Invalid(target, $"The command for the key gives a {values[0]!.GetType().Name}, which is no key.", "Give a block that gives one text or SecureString."),
            _ => throw SecretParameters.Invalid(
                target, $"The command for the key gives {values.Length} values, and which of them is the key cannot be told.", "Give a block that gives the key and nothing else."),
        };
    }
}
