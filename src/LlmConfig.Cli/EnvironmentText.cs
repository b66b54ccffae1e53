using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// A configuration's variables as the text of a shell or a file. Values go from bytes to bytes, quoted so that nothing in them is
/// evaluated; the buffer is pinned, and zeroed when it is disposed of.
/// </summary>
internal sealed class EnvironmentText : IDisposable
{
    // No byte of a value becomes more than 4 (a quote in a POSIX shell), or one character of three bytes six; and what stands around it.
    private const int Growth = 4;
    private const int Around = 256;

    private readonly LlmEnvironment _environment;
    private readonly byte[] _buffer;
    private int _length;

    public EnvironmentText(LlmEnvironment environment)
    {
        _environment = environment;
        int names = environment.Variables.Sum(name => name.Length);
        int values = (environment.KeyUtf8.Length * environment.KeyVariables.Count) + environment.Settings.Values.Sum(Encoding.UTF8.GetByteCount);
        _buffer = GC.AllocateArray<byte>((Growth * (names + values)) + (Around * environment.Variables.Count()), pinned: true);
    }

    /// <summary>What was written, valid until this object is disposed of.</summary>
    public ReadOnlySpan<byte> Utf8 => _buffer.AsSpan(0, _length);

    /// <summary>Writes all variables.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: the format cannot hold a value.</exception>
    public void Write(EnvironmentFormat format)
    {
        foreach (string name in _environment.KeyVariables)
        {
            Assign(format, name, _environment.KeyUtf8);
        }

        foreach ((string name, string value) in _environment.Settings)
        {
            Assign(format, name, Encoding.UTF8.GetBytes(value));
        }

        foreach (string name in format is EnvironmentFormat.Posix or EnvironmentFormat.PowerShell ? _environment.ClearedVariables : [])
        {
            Put(format == EnvironmentFormat.Posix ? $"unset {name}\n" : $"$env:{name} = $null\n");
        }
    }

    /// <summary>Writes the line that lets a workflow hide the key in its logs.</summary>
    public void WriteMasks()
    {
        if (_environment.KeyUtf8.IsEmpty)
        {
            return;
        }

        Put("::add-mask::"u8);
        foreach (byte b in _environment.KeyUtf8)
        {
            Put(b switch { (byte)'%' => "%25"u8, (byte)'\r' => "%0D"u8, (byte)'\n' => "%0A"u8, _ => [b] });
        }

        Put("\n"u8);
    }

    /// <summary>Forgets what was written.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_buffer);
        _length = 0;
    }

    public void Dispose() => Clear();

    private void Assign(EnvironmentFormat format, string name, ReadOnlySpan<byte> value)
    {
        if (value.Contains((byte)0))
        {
            throw CannotHold("No environment variable can hold it: it has a character of value zero.");
        }

        Put(format switch
        {
            EnvironmentFormat.Posix => $"export {name}=",
            EnvironmentFormat.PowerShell => $"$env:{name} = ",
            _ => name,
        });
        switch (format)
        {
            case EnvironmentFormat.Posix:
                Put("'"u8);
                foreach (byte b in value)
                {
                    Put(b == '\'' ? @"'\''"u8 : [b]);
                }

                Put("'\n"u8);
                break;
            case EnvironmentFormat.PowerShell:
                PutPowerShell(value);
                break;
            case EnvironmentFormat.Docker:
                RequireOneLine(value, "docker");
                Put("="u8);
                Put(value);
                Put("\n"u8);
                break;
            case EnvironmentFormat.DotEnv:
                PutDotEnv(value);
                break;
            default:
                PutGitHub(value);
                break;
        }
    }

    // PowerShell takes the typographic quotes for quotes too (about_Quoting_Rules): each is doubled.
    private void PutPowerShell(ReadOnlySpan<byte> value)
    {
        Put("'"u8);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '\'')
            {
                Put("''"u8);
            }
            else if (value[i..] is [0xE2, 0x80, >= 0x98 and <= 0x9B, ..])
            {
                ReadOnlySpan<byte> quote = value.Slice(i, 3);
                Put(quote);
                Put(quote);
                i += 2;
            }
            else
            {
                Put([value[i]]);
            }
        }

        Put("'\n"u8);
    }

    // In single quotes all three programs take every character as it stands; what holds a single quote has to do without.
    private void PutDotEnv(ReadOnlySpan<byte> value)
    {
        RequireOneLine(value, "dotenv");
        Put("="u8);
        bool isPlain = value.IndexOfAnyExcept(Encoding.ASCII.GetBytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+,")) < 0;
        ReadOnlySpan<byte> quote = isPlain ? default
            : !value.Contains((byte)'\'') ? "'"u8
            : value.IndexOfAny("\"\\$`"u8) < 0 ? "\""u8
            : throw CannotHold("The format dotenv cannot hold it: it has both kinds of quotes, or a dollar sign beside a quote.");
        Put(quote);
        Put(value);
        Put(quote);
        Put("\n"u8);
    }

    private void PutGitHub(ReadOnlySpan<byte> value)
    {
        if (value.IndexOfAny((byte)'\r', (byte)'\n') < 0)
        {
            Put("="u8);
            Put(value);
            Put("\n"u8);
            return;
        }

        // A line of the value must not end it.
        string end = $"END-{Guid.NewGuid():N}";
        Put($"<<{end}\n");
        Put(value);
        Put($"\n{end}\n");
    }

    private void RequireOneLine(ReadOnlySpan<byte> value, string format)
    {
        if (value.IndexOfAny((byte)'\r', (byte)'\n') >= 0)
        {
            throw CannotHold($"The format {format} cannot hold it: it has a line break.");
        }
    }

    private LlmConfigException CannotHold(string problem) => KeyInput.Invalid(
        problem, "Use llmconfig exec, or --format posix.", _environment.Configuration.Name);

    private void Put(string text) => Put(Encoding.UTF8.GetBytes(text));

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }
}
