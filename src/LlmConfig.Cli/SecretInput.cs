using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// The ways in which a verb is given a key or a password: standard input, a file, an environment variable, another command, or a person
/// who is asked. Never an argument: other users see the arguments of a process, and shells keep them in a history.
/// </summary>
internal static class SecretInput
{
    // Room for the longest key, a byte order mark, a line break of two characters, and one byte that says that there is more.
    private const int LongestKey = ApiKey.MaximumBytes + 6;

    /// <summary>The options of a verb that takes a key.</summary>
    public static IEnumerable<Symbol> KeyOptions =>
    [
        Verb.Flag("--key-stdin", "read the key from standard input (asked for, unseen, where that is a terminal)"),
        Verb.Value("--key-file", "FILE", "read the key from this file"),
        Verb.Value("--key-env", "VARIABLE", "take the key from this environment variable"),
        Verb.Value("--key-command", "COMMAND", "take the key from the output of this command (run without a shell)"),
    ];

    /// <summary>The options of a verb that takes the password of an export.</summary>
    public static IEnumerable<Symbol> PasswordOptions =>
    [
        Verb.Flag("--password-stdin", "read the password from standard input"),
        Verb.Value("--password-file", "FILE", "read the password from this file"),
        Verb.Value("--password-env", "VARIABLE", "take the password from this environment variable"),
    ];

    /// <summary>The key that the command line names, for the caller to dispose of; <see langword="null"/> where it names none.</summary>
    /// <param name="session">What to read from.</param>
    /// <param name="target">The name of the configuration, for the error.</param>
    /// <param name="provider">The id of the provider that it is for.</param>
    /// <param name="baseUrl">Where it will go; blank for the provider's default.</param>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    /// <exception cref="UsageException">It is given in two ways.</exception>
    public static ApiKey? ReadKey(Session session, string target, string provider, string? baseUrl) => Way(session.Line, "key", "stdin", "file", "env", "command") switch
    {
        null => null,
        "--key-env" => ApiKey.FromEnvironment(session.Line.Text("--key-env")!, target),
        "--key-file" => ApiKey.FromFile(session.Line.Text("--key-file")!, target),
        "--key-stdin" when session.Console.InputIsTerminal => AskForKey(session, "API key (not shown): ", target, provider, baseUrl)
            ?? throw Invalid("The key is empty.", "Type or paste the key, all of it and nothing else.", target),
        "--key-command" => ReadFromCommand(session, ShellWords.Split(session.Line.Text("--key-command")!), target),
        { } way => Read(session, way, LongestKey, utf8 => ApiKey.FromUtf8(utf8, target)),
    };

    /// <summary>Asks a person for a key, which is not shown; again where it looks wrong.</summary>
    /// <returns>The key, or <see langword="null"/> for an empty answer.</returns>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public static ApiKey? AskForKey(Session session, string question, string target, string provider, string? baseUrl) => KeyQuestion.Ask(
        (problem, mayKeep) =>
        {
            string again = mayKeep ? "API key (not shown; Enter takes that one all the same): " : question;
            return session.AskUnseen(
                problem is null ? question : $"{ProgramWords.Translate(problem)}\n{again}", typed => typed.IsEmpty ? null : ApiKey.From(typed, target));
        },
        provider,
        baseUrl);

    /// <summary>What a command writes, as a key, for the caller to dispose of.</summary>
    /// <param name="session">What to run it with.</param>
    /// <param name="command">The command.</param>
    /// <param name="target">The name of the configuration, for the error.</param>
    /// <param name="input">The keys that it finds on standard input, a line each.</param>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public static ApiKey ReadFromCommand(Session session, IReadOnlyList<string> command, string? target, params ReadOnlySpan<ApiKey> input)
    {
        byte[] buffer = GC.AllocateArray<byte>(LongestKey, pinned: true);
        try
        {
            int length = session.Starter.Read(command, buffer, input);
            return ApiKey.FromUtf8(ApiKey.WithoutFileMarks(buffer.AsSpan(0, length)), target);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>True where the command line names a password.</summary>
    public static bool NamesPassword(CommandLine line) => Given(line, "password", "stdin", "file", "env").Any();

    /// <summary>The password that the command line names, for the caller to dispose of; <see langword="null"/> where it names none.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: the place that it names has none.</exception>
    public static SecureString? ReadPassword(Session session) => Way(session.Line, "password", "stdin", "file", "env") switch
    {
        null => null,
        "--password-env" => Protect(session.Console.Variable(session.Line.Text("--password-env")!)
            ?? throw Invalid(
                "The environment variable that should hold the password is not set.", "Give the variable's name (not the password itself).")),
        "--password-stdin" when session.Console.InputIsTerminal => AskForPassword(session, "Password (not shown): "),
        { } way => Read(session, way, ApiKey.MaximumBytes, FromUtf8),
    };

    /// <summary>Asks a person for the password.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: nobody can be asked.</exception>
    public static SecureString AskForPassword(Session session, string question) => session.AskUnseen(question, Protect);

    public static LlmConfigException Invalid(string problem, string remedy, string? target = null) =>
        new(LlmConfigErrorCode.InvalidKey, target, problem, remedy);

    public static int ReadAll(Stream stream, byte[] buffer) => stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);

    private static IEnumerable<string> Given(CommandLine line, string what, params string[] ways) => ways
        .Select(way => $"--{what}-{way}")
        .Where(option => option.EndsWith("-stdin", StringComparison.Ordinal) ? line.Flag(option) : line.Text(option) is not null);

    private static string? Way(CommandLine line, string what, params string[] ways)
    {
        string[] given = [.. Given(line, what, ways)];
        string[] options = [.. ways.Select(way => $"--{what}-{way}")];
        return given.Length <= 1 ? given.FirstOrDefault()
            : throw new UsageException($"The {what} is given in two ways.", $"Use one of {string.Join(", ", options[..^1])} and {options[^1]}.");
    }

    private static T Read<T>(Session session, string way, int longest, Func<ReadOnlySpan<byte>, T> take)
    {
        byte[] buffer = GC.AllocateArray<byte>(longest, pinned: true);
        try
        {
            int length = way is "--key-stdin" or "--password-stdin" ? ReadAll(session.Console.Input, buffer) : ReadFile(session.Line.Text(way)!, buffer);
            return take(ApiKey.WithoutFileMarks(buffer.AsSpan(0, length)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static int ReadFile(string path, byte[] buffer)
    {
        try
        {
            // No buffer of its own, which would keep the key.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return ReadAll(file, buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Not named: it may be the password that was given in the file's place.
            throw Invalid("The file that should hold the password cannot be read.", "Give the path of a file that is there and that you may read (not the password itself).");
        }
    }

    private static SecureString FromUtf8(ReadOnlySpan<byte> utf8)
    {
        char[] characters = GC.AllocateArray<char>(utf8.Length, pinned: true);
        try
        {
            return Protect(characters.AsSpan(0, Encoding.UTF8.GetChars(utf8, characters)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(characters.AsSpan()));
        }
    }

    private static unsafe SecureString Protect(ReadOnlySpan<char> text)
    {
        fixed (char* start = text)
        {
            var result = start is null ? new SecureString() : new SecureString(start, text.Length);
            result.MakeReadOnly();
            return result;
        }
    }
}
