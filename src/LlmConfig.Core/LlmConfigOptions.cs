using System.Security;

namespace LlmConfig;

/// <summary>What a <see cref="LlmConfigRepository"/> works with, beyond its folder.</summary>
public sealed record LlmConfigOptions
{
    /// <summary>The environment variable that names the log file: <c>LLMCONFIG_LOG</c>.</summary>
    public const string LogVariable = "LLMCONFIG_LOG";

    /// <summary>Further vaults, beside the built-in one; <see langword="null"/> for none.</summary>
    public IKeyVaultSource? Vaults { get; init; }

    /// <summary>Told of what a person should know although the operation went on. Called on the caller's thread, while locks may be
    /// held: it must not throw, wait, or call back.</summary>
    public Action<LlmConfigWarning>? Warning { get; init; }

    /// <summary>The clock that gives <see cref="LlmConfiguration.UpdatedAt"/> and its like.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Where changes and failures are written as JSON lines, besides the event source <c>LlmConfig</c>: an absolute path, or
    /// <see langword="null"/> for nowhere. What <c>LLMCONFIG_LOG</c> says, unless it is set here. It never holds a key.
    /// </summary>
    public string? LogFile { get; init; } = Environment.GetEnvironmentVariable(LogVariable) is { Length: > 0 } path ? path : null;

    /// <summary>
    /// The command of the program that reads keys, for the events: the name of a cmdlet or a verb, no arguments;
    /// <see langword="null"/> for the member of <see cref="LlmConfigRepository"/> that is called.
    /// </summary>
    public string? Command { get; init; }

    /// <summary>
    /// Asked for the passphrase of the built-in vault, where one protects it and neither <c>LLMCONFIG_PASSPHRASE_FD</c> nor
    /// <c>LLMCONFIG_PASSPHRASE_COMMAND</c> names where it comes from: on the caller's thread, while no lock is held. The answer is
    /// disposed of; <see langword="null"/> where nobody answers, which is VaultLocked. After no answer or a wrong one it is not asked
    /// again until <see cref="LlmConfigRepository.Unlock"/>.
    /// </summary>
    public Func<PassphraseRequest, SecureString?>? AskPassphrase { get; init; }

    /// <summary>
    /// How long a passphrase holds once it was given: 15 minutes, for all repositories of the process. What a repository has loaded
    /// meanwhile stays with it until it is disposed of or <see cref="LlmConfigRepository.Lock"/> is called.
    /// </summary>
    public TimeSpan PassphraseTime { get; init; } = PassphraseKeys.DefaultTime;

    /// <summary>The folder from which a <see cref="FolderDefault"/> is looked for, upward; <see langword="null"/> for the current folder of the process.</summary>
    public string? CurrentFolder { get; init; }

    /// <summary>The file system, for tests.</summary>
    internal StoreFileSystem? Files { get; init; }

    /// <summary>The protectors of the built-in vault, for tests.</summary>
    internal Func<string, StoreFileSystem, IReadOnlyList<IMasterKeyProtector>> Protectors { get; init; } = MasterKeyProtectors.ForThisSystem;

    /// <summary>Where keys that were derived from passphrases are kept, for tests.</summary>
    internal PassphraseKeys PassphraseKeys { get; init; } = PassphraseKeys.OfProcess;

    /// <summary>How often the hash of a new passphrase is made, for tests.</summary>
    internal int PassphraseRounds { get; init; } = PassphraseKey.RoundsWritten;

    /// <summary>The environment in which a source of passphrases is looked for, for tests.</summary>
    internal Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>How long is waited for another process's lock, for tests.</summary>
    internal TimeSpan LockPatience { get; init; } = WaitingLock.DefaultPatience;

    /// <summary>How providers are asked whether keys work, for tests.</summary>
    internal OnlineCheckSetup Online { get; init; } = new();
}
