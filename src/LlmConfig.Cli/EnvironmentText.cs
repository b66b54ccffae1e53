using System.Buffers;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>Who is to read variables.</summary>
internal enum EnvironmentFormat
{
    /// <summary>A POSIX shell, by eval.</summary>
    Posix = 1,

    /// <summary>PowerShell, by Invoke-Expression.</summary>
    PowerShell = 2,

    /// <summary>A .env file: what python-dotenv, dotenv of Node.js and Compose read alike.</summary>
    DotEnv = 3,

    /// <summary>The file of docker run --env-file: no quotes, the value is the rest of the line.</summary>
    Docker = 4,

    /// <summary>The file that GITHUB_ENV names in a workflow.</summary>
    GitHub = 5,
}

/// <summary>
/// A configuration's variables as the text of a shell or a file. Values go from bytes to bytes, quoted so that nothing in them is evaluated.
/// </summary>
internal sealed class EnvironmentText(LlmEnvironment environment) : IDisposable
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+,"u8);

    private readonly SecretWriter _text = new();

    /// <summary>What was written, valid until this object is disposed of.</summary>
    public ReadOnlySpan<byte> Utf8 => _text.Written;

    /// <summary>Writes all variables.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: the format cannot hold a value.</exception>
    public void Write(EnvironmentFormat format)
    {
        foreach (string name in environment.KeyVariables)
        {
            Assign(format, name, environment.KeyUtf8);
        }

        foreach ((string name, string value) in environment.Settings)
        {
            Assign(format, name, Encoding.UTF8.GetBytes(value));
        }

        if (format is not (EnvironmentFormat.Posix or EnvironmentFormat.PowerShell))
        {
            return;
        }

        foreach (string name in environment.ClearedVariables)
        {
            Put(format == EnvironmentFormat.Posix ? $"unset {name}\n" : $"$env:{name} = $null\n");
        }

        // The configuration is in force in that shell from then on, and its prompt may show it.
        Assign(format, LlmEnvironment.ActiveVariable, Encoding.UTF8.GetBytes(environment.Configuration.Name));
    }

    /// <summary>Writes the line that lets a workflow hide the key in its logs.</summary>
    public void WriteMasks()
    {
        if (environment.KeyUtf8.IsEmpty)
        {
            return;
        }

        Put("::add-mask::");
        foreach (byte b in environment.KeyUtf8)
        {
            _text.Write(b switch { (byte)'%' => "%25"u8, (byte)'\r' => "%0D"u8, (byte)'\n' => "%0A"u8, _ => [b] });
        }

        Put("\n");
    }

    public void Dispose() => _text.Dispose();

    private void Assign(EnvironmentFormat format, string name, ReadOnlySpan<byte> value)
    {
        if (value.Contains((byte)0))
        {
            throw CannotHold("No environment variable can hold it: it has a character of value zero.");
        }

        bool isOneLine = value.IndexOfAny((byte)'\r', (byte)'\n') < 0;
        switch (format)
        {
            case EnvironmentFormat.Posix:
                Put($"export {name}='");
                foreach (byte b in value)
                {
                    _text.Write(b == '\'' ? @"'\''"u8 : [b]);
                }

                Put("'\n");
                break;
            case EnvironmentFormat.PowerShell:
                Put($"$env:{name} = '");
                PutPowerShell(value);
                Put("'\n");
                break;
            case EnvironmentFormat.DotEnv or EnvironmentFormat.Docker when !isOneLine:
                throw CannotHold($"The format {(format == EnvironmentFormat.Docker ? "docker" : "dotenv")} cannot hold it: it has a line break.");
            case EnvironmentFormat.DotEnv:
                string quote = DotEnvQuote(value);
                Put($"{name}={quote}", value, $"{quote}\n");
                break;
            case EnvironmentFormat.GitHub when !isOneLine:
                // A line of the value must not end it.
                string end = $"END-{Guid.NewGuid():N}";
                Put($"{name}<<{end}\n", value, $"\n{end}\n");
                break;
            default:
                Put($"{name}=", value, "\n");
                break;
        }
    }

    // PowerShell takes the typographic quotes for quotes too (about_Quoting_Rules): each is doubled.
    private void PutPowerShell(ReadOnlySpan<byte> value)
    {
        while (!value.IsEmpty)
        {
            int length = value is [0xE2, 0x80, >= 0x98 and <= 0x9B, ..] ? 3 : 1;
            ReadOnlySpan<byte> character = value[..length];
            _text.Write(character);
            _text.Write(length == 3 || character is [(byte)'\''] ? character : []);
            value = value[length..];
        }
    }

    // In single quotes all three programs take every character as it stands; what holds a single quote has to do without.
    private string DotEnvQuote(ReadOnlySpan<byte> value) =>
        value.IndexOfAnyExcept(Plain) < 0 ? string.Empty
        : !value.Contains((byte)'\'') ? "'"
        : value.IndexOfAny("\"\\$`"u8) < 0 ? "\""
        : throw CannotHold("The format dotenv cannot hold it: it has both kinds of quotes, or a dollar sign beside a quote.");

    private LlmConfigException CannotHold(string problem) => SecretInput.Invalid(
        problem, "Use llmconfig exec, or --format posix.", environment.Configuration.Name);

    private void Put(string before, ReadOnlySpan<byte> value = default, string after = "")
    {
        _text.Write(Encoding.UTF8.GetBytes(before));
        _text.Write(value);
        _text.Write(Encoding.UTF8.GetBytes(after));
    }
}
