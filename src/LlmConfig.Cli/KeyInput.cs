using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// The ways in which a verb is given a key: standard input, a file, an environment variable, another command, or a person who is
/// asked. Never an argument: other users see the arguments of a process, and shells keep them in a history.
/// </summary>
internal sealed class KeyInput
{
    // Room for the longest key, a line break of two characters, and one byte that says that there is more.
    private const int BufferSize = ApiKey.MaximumBytes + 3;

    private readonly Option<bool> _fromInput = new("--key-stdin") { Description = "read the key from standard input (asked for, unseen, where that is a terminal)" };
    private readonly Option<string> _fromFile = new("--key-file") { Description = "read the key from this file", HelpName = "FILE" };
    private readonly Option<string> _fromVariable = new("--key-env") { Description = "take the key from this environment variable", HelpName = "VARIABLE" };
    private readonly Option<string> _fromCommand = new("--key-command") { Description = "take the key from the output of this command (run without a shell)", HelpName = "COMMAND" };

    /// <summary>The options, for a verb to take.</summary>
    public IEnumerable<Option> Options => [_fromInput, _fromFile, _fromVariable, _fromCommand];

    /// <summary>The key that the command line names, for the caller to dispose of; <see langword="null"/> where it names none.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="session">What to read from.</param>
    /// <param name="target">The name of the configuration, for the error.</param>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    /// <exception cref="UsageException">It is given in two ways.</exception>
    public ApiKey? Read(ParseResult line, Session session, string target)
    {
        string? file = line.GetValue(_fromFile);
        string? variable = line.GetValue(_fromVariable);
        string? command = line.GetValue(_fromCommand);
        bool input = line.GetValue(_fromInput);
        if ((input ? 1 : 0) + (file is null ? 0 : 1) + (variable is null ? 0 : 1) + (command is null ? 0 : 1) > 1)
        {
            throw new UsageException("The key is given in two ways.", "Use one of --key-stdin, --key-file, --key-env and --key-command.");
        }

        return variable is not null ? ApiKey.FromEnvironment(variable, target)
            : file is not null ? FromBytes(buffer => ReadFile(file, buffer), target)
            : command is not null ? FromBytes(buffer => session.Starter.Read(CommandWords.Split(command), buffer), target)
            : !input ? null
            : session.Console.InputIsTerminal ? Ask(session, "API key (not shown): ", target)
            : FromBytes(buffer => ReadAll(session.Console.Input, buffer), target);
    }

    /// <summary>Asks a person for a key, which is not shown.</summary>
    /// <returns>The key, or <see langword="null"/> for an empty answer.</returns>
    /// <exception cref="LlmConfigException">InvalidKey; StoreAccessDenied never.</exception>
    public static ApiKey? AskIfAny(Session session, string question, string target)
    {
        char[] typed = GC.AllocateUninitializedArray<char>(ApiKey.MaximumBytes + 1, pinned: true);
        try
        {
            int length = session.AskUnseen(question, typed);
            return length == 0 ? null : ApiKey.From(typed.AsSpan(0, length), target);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(typed.AsSpan()));
        }
    }

    public static LlmConfigException Invalid(string problem, string remedy, string? target = null) =>
        new(LlmConfigErrorCode.InvalidKey, target, problem, remedy);

    private static ApiKey Ask(Session session, string question, string target) => AskIfAny(session, question, target)
        ?? throw Invalid("The key is empty.", "Type or paste the key, all of it and nothing else.", target);

    private static ApiKey FromBytes(Func<byte[], int> read, string target)
    {
        byte[] buffer = GC.AllocateArray<byte>(BufferSize, pinned: true);
        try
        {
            return ApiKey.FromUtf8(WithoutLineBreak(buffer.AsSpan(0, read(buffer))), target);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>The text without one line break at its end, LF or CR LF, as every command and editor writes it, and without a byte order mark.</summary>
    internal static ReadOnlySpan<byte> WithoutLineBreak(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text.StartsWith(Encoding.UTF8.Preamble) ? text[3..] : text;
        return rest.EndsWith("\r\n"u8) ? rest[..^2] : rest.EndsWith("\n"u8) ? rest[..^1] : rest;
    }

    internal static int ReadAll(Stream stream, byte[] buffer) => stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);

    internal static int ReadFile(string path, byte[] buffer)
    {
        try
        {
            // No buffer of its own, which would keep the key.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return ReadAll(file, buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Not named: it may be a key that was given in the file's place.
            throw Invalid("The file that should hold the key cannot be read.", "Give the path of a file that is there and that you may read (not the key itself).");
        }
    }
}
