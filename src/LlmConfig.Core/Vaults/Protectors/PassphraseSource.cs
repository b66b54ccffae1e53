using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// Where a passphrase comes from: given beforehand, from a file descriptor or a command that the environment names, or asked of a
/// person. The passphrase itself is never in the environment, where other programs and logs see it.
/// </summary>
internal sealed class PassphraseSource(Func<PassphraseRequest, SecureString?>? ask, Func<string, string?> variable, TimeSpan patience)
{
    public const string DescriptorVariable = "LLMCONFIG_PASSPHRASE_FD";
    public const string CommandVariable = "LLMCONFIG_PASSPHRASE_COMMAND";

    /// <summary>How long a descriptor or a command may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int MaximumBytes = 4096;

    /// <summary>The passphrase of the vault, where somebody gave it beforehand and keeps it.</summary>
    public SecureString? Given { get; set; }

    /// <summary>The new passphrase, where somebody gave it beforehand and keeps it.</summary>
    public SecureString? GivenNew { get; set; }

    /// <summary>True once a person did not answer, or not rightly: one command does not ask again and again.</summary>
    public bool IsRefused { get; set; }

    /// <summary>The passphrase in UTF-8, for the caller to dispose of.</summary>
    /// <exception cref="LlmConfigException">VaultLocked: there is none; InvalidKey: a new one is too short.</exception>
    public SecretBytes Get(PassphraseRequest request, int shortest)
    {
        if ((request.IsNew ? GivenNew : Given) is { } given)
        {
            return PasswordBytes.From(given, shortest);
        }

        return variable(DescriptorVariable) is { Length: > 0 } number ? ReadFrom(DescriptorVariable, shortest, _ => ReadDescriptor(number))
            : variable(CommandVariable) is { Length: > 0 } command ? ReadFrom(CommandVariable, shortest, stop => Run(command, stop))
            : request.IsNew ? AskTwice(request, shortest)
            : Ask(request, shortest);
    }

    private SecretBytes AskTwice(PassphraseRequest request, int shortest)
    {
        SecretBytes passphrase = Ask(request, shortest);
        using SecretBytes again = Ask(request with { IsRepetition = true }, shortest: 0);
        if (CryptographicOperations.FixedTimeEquals(passphrase.Span, again.Span))
        {
            return passphrase;
        }

        passphrase.Dispose();
        throw new LlmConfigException(
            LlmConfigErrorCode.InvalidKey, LocalVault.VaultName, "The two passphrases differ.", "Run the command again; nothing was changed.");
    }

    private SecretBytes Ask(PassphraseRequest request, int shortest)
    {
        using SecureString? answer = IsRefused ? null : ask?.Invoke(request);
        IsRefused = answer is null;
        return answer is null
            ? throw Locked("The vault is locked with a passphrase, and nobody gives it.")
            : PasswordBytes.From(answer, shortest);
    }

    /// <summary>What to say where a passphrase is missing or wrong.</summary>
    public static LlmConfigException Locked(string problem) => new(
        LlmConfigErrorCode.VaultLocked,
        LocalVault.VaultName,
        problem,
        $"Run Unlock-LlmConfigStore and give the passphrase, or let {DescriptorVariable} or {CommandVariable} name where it comes from.");

    private SecretBytes ReadFrom(string name, int shortest, Func<CancellationToken, SecretBytes> read)
    {
        SecretBytes passphrase;
        try
        {
            passphrase = TimeLimit.Run(patience, read);
        }
        catch (TimeoutException)
        {
            throw Locked($"No passphrase came from {name} in time.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or FormatException or OverflowException or Win32Exception or InvalidOperationException or OperationCanceledException)
        {
            // Without the cause: its text may repeat what was read.
            throw Locked($"The passphrase could not be read from {name} ({e.GetType().Name}).");
        }

        if (passphrase.Length >= shortest)
        {
            return passphrase;
        }

        using (passphrase)
        {
            throw passphrase.Length == 0
                ? Locked("The passphrase that was read is empty.")
                : new LlmConfigException(
                    LlmConfigErrorCode.InvalidKey, LocalVault.VaultName, $"The passphrase has fewer than {shortest} characters: whoever gets the folder could find it by trying.", "Choose a longer one.");
        }
    }

    private static SecretBytes ReadDescriptor(string number)
    {
        using var handle = new SafeFileHandle(int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture), ownsHandle: false);
        using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        return ReadLine(stream);
    }

    private static SecretBytes Run(string command, CancellationToken stop)
    {
        // By its full path: Windows would look for it in the current folder first. It takes the rest of its line as it is, quotes and all.
        ProcessStartInfo start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(Path.Combine(Environment.SystemDirectory, "cmd.exe"), $"/d /s /c \"{command}\"")
            : new ProcessStartInfo("/bin/sh", ["-c", command]);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration registration = stop.Register(() => process.Kill(entireProcessTree: true));
        process.StandardInput.Close();
        SecretBytes line = ReadLine(process.StandardOutput.BaseStream);
        process.WaitForExit();
        if (process.ExitCode == 0)
        {
            return line;
        }

        line.Dispose();
        throw new InvalidOperationException("The command failed.");
    }

    // One byte at a time: what comes after the line is not ours, and no buffer keeps the passphrase.
    private static SecretBytes ReadLine(Stream stream)
    {
        using var buffer = new SecretBytes(MaximumBytes);
        int length = 0;
        while (length < MaximumBytes && stream.Read(buffer.Span.Slice(length, 1)) == 1 && buffer.Span[length] != (byte)'\n')
        {
            length++;
        }

        while (length > 0 && buffer.Span[length - 1] == (byte)'\r')
        {
            length--;
        }

        return new SecretBytes(buffer.Span[..length]);
    }
}

/// <summary>A passphrase that is needed now.</summary>
/// <param name="Folder">The folder of the store whose vault it protects.</param>
/// <param name="IsNew">True for one that is being chosen, of 8 characters or more: without it the keys are lost.</param>
/// <param name="IsRepetition">True where a person is asked for the new one a second time.</param>
public sealed record PassphraseRequest(string Folder, bool IsNew, bool IsRepetition = false);
