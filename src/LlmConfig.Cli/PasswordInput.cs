using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>The ways in which a verb is given the password of an export: as a key, and never an argument either.</summary>
internal sealed class PasswordInput
{
    private readonly Option<bool> _fromInput = new("--password-stdin") { Description = "read the password from standard input" };
    private readonly Option<string> _fromFile = new("--password-file") { Description = "read the password from this file", HelpName = "FILE" };
    private readonly Option<string> _fromVariable = new("--password-env") { Description = "take the password from this environment variable", HelpName = "VARIABLE" };

    public IEnumerable<Option> Options => [_fromInput, _fromFile, _fromVariable];

    public bool IsGiven(ParseResult line) => line.GetValue(_fromInput) || line.GetValue(_fromFile) is not null || line.GetValue(_fromVariable) is not null;

    /// <summary>The password that the command line names, for the caller to dispose of; <see langword="null"/> where it names none.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: the place that it names has none.</exception>
    public SecureString? Read(ParseResult line, Session session)
    {
        string? file = line.GetValue(_fromFile);
        string? variable = line.GetValue(_fromVariable);
        bool input = line.GetValue(_fromInput);
        if ((input ? 1 : 0) + (file is null ? 0 : 1) + (variable is null ? 0 : 1) > 1)
        {
            throw new UsageException("The password is given in two ways.", "Use one of --password-stdin, --password-file and --password-env.");
        }

        return variable is not null ? FromText(session.Console.Variable(variable)
                ?? throw KeyInput.Invalid("The environment variable that should hold the password is not set.", "Give the variable's name (not the password itself)."))
            : file is not null ? FromBytes(buffer => KeyInput.ReadFile(file, buffer))
            : !input ? null
            : session.Console.InputIsTerminal ? Ask(session, "Password (not shown): ")
            : FromBytes(buffer => KeyInput.ReadAll(session.Console.Input, buffer));
    }

    /// <summary>Asks a person for the password.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: nobody can be asked.</exception>
    public static SecureString Ask(Session session, string question)
    {
        char[] typed = GC.AllocateUninitializedArray<char>(ApiKey.MaximumBytes, pinned: true);
        try
        {
            return FromText(typed.AsSpan(0, session.AskUnseen(question, typed)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(typed.AsSpan()));
        }
    }

    private static SecureString FromBytes(Func<byte[], int> read)
    {
        byte[] buffer = GC.AllocateArray<byte>(ApiKey.MaximumBytes, pinned: true);
        char[] characters = GC.AllocateArray<char>(ApiKey.MaximumBytes, pinned: true);
        try
        {
            int count = Encoding.UTF8.GetChars(KeyInput.WithoutLineBreak(buffer.AsSpan(0, read(buffer))), characters);
            return FromText(characters.AsSpan(0, count));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(characters.AsSpan()));
        }
    }

    private static unsafe SecureString FromText(ReadOnlySpan<char> text)
    {
        fixed (char* start = text)
        {
            var result = start is null ? new SecureString() : new SecureString(start, text.Length);
            result.MakeReadOnly();
            return result;
        }
    }
}
