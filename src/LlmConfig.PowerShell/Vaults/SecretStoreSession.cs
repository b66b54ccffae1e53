using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;

namespace LlmConfig;

/// <summary>
/// SecretStore keeps its whole file in memory and overwrites it with each change, so of two processes the later one loses
/// what the earlier one wrote. Under a lock between processes, and with the file read again before each change, nothing is
/// lost among the sessions that go through this module.
/// </summary>
/// <remarks>
/// <para>
/// SecretStore also reads its file by itself, on a thread of its own, five seconds after another process wrote it, and does
/// not survive when that meets a command (a hang, or the end of the process: "The pipeline does not contain a command").
/// It does so only for changes that are later than its own last write by more than five seconds, so that time is set: to the
/// end of time while something runs here, and to five seconds ago afterwards, so that every later change is noticed.
/// </para>
/// <para>
/// Without a password the file is read again through SecretStore's public UnlockVault. With one, that would lock the
/// session, so its internal UpdateDataFromFile is called, which keeps the password; a version of SecretStore in which it is
/// not found is refused for writing, since it would lose secrets.
/// </para>
/// </remarks>
/// <param name="registration">The vault.</param>
/// <param name="module">SecretManagement.</param>
/// <param name="mayAsk">False where its password is not to be asked for.</param>
internal sealed class SecretStoreSession(VaultRegistration registration, SecretManagementModule module, bool mayAsk)
{
    private const string StoreType = "Microsoft.PowerShell.SecretStore.LocalSecretStore";
    private const string FileType = "Microsoft.PowerShell.SecretStore.SecureStoreFile";
    private const string LockFile = "llmconfig.secretstore.lock";
    private const BindingFlags Hidden = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;

    // Each change of another process takes some 50 ms, and SecretStore tries for a second when its file is in use.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // SecretStore's own: how long after a change it reads its file, and how much later than its own write that must be.
    private static readonly TimeSpan ReadingDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestReading = TimeSpan.FromSeconds(1);

    private static readonly ScriptBlock Configuration = ScriptBlock.Create(
        """
        param($Path)
        $PSDefaultParameterValues = @{}
        if (-not (Microsoft.PowerShell.Core\Get-Module -Name Microsoft.PowerShell.SecretStore)) {
            Microsoft.PowerShell.Core\Import-Module -Name $Path -Global -Verbose:$false -ErrorAction Stop
        }
        Microsoft.PowerShell.SecretStore\Get-SecretStoreConfiguration -ErrorAction Stop
        """);

    private Type? _store;
    private bool _needsPassword;
    private LlmConfigException? _busy;

    /// <summary>Runs an action alone among all sessions that go through this module, on what the file holds now.</summary>
    /// <param name="keyId">The key concerned; asking for it unlocks the store, which may prompt, before others have to wait.</param>
    /// <param name="action">What to do.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="VaultFailureException">SecretStore is locked, or failed.</exception>
    /// <exception cref="LlmConfigException">VaultUnavailable: another session holds the lock, or the file could not be read again.</exception>
    public T Exclusively<T>(string? keyId, Func<T> action, CancellationToken cancellation)
    {
        if (_store is null)
        {
            Open(cancellation);
        }

        RequireNoQuestion(cancellation);
        if (_needsPassword)
        {
            Unlock(keyId ?? "llm-api-key-", cancellation);
        }

        using ProcessLock held = Lock(cancellation);
        FieldInfo? lastWrite = FileField("_lastStoreWriteTime");
        LetReadingEnd(lastWrite, cancellation);
        lastWrite?.SetValue(null, DateTime.MaxValue);
        try
        {
            Refresh();
            return action();
        }
        finally
        {
            lastWrite?.SetValue(null, DateTime.Now - ReadingDelay);
        }
    }

    /// <summary>Throws where the next call would ask for the password although nobody is to be asked.</summary>
    /// <exception cref="LlmConfigException">VaultLocked.</exception>
    public void RequireNoQuestion(CancellationToken cancellation)
    {
        if (mayAsk)
        {
            return;
        }

        if (_store is null)
        {
            Open(cancellation);
        }

        if (_needsPassword && (Secure() is not { } secure || HasNoPassword(secure)))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultLocked,
                registration.Name,
                $"The vault '{registration.Name}' is locked, and its password was not asked for.",
                $"Unlock it with Unlock-SecretVault -Name '{registration.Name}', or let it ask with Test-LlmConfig -Interactive.");
        }
    }

    private object? Secure()
    {
        object? store = _store!.GetField("LocalStore", Hidden)?.GetValue(null);
        return store is null ? null : _store.GetField("_secureStore", Hidden)?.GetValue(store);
    }

    private static string Folder => VaultRegistry.Folder ?? throw new LlmConfigException(
        LlmConfigErrorCode.VaultUnavailable, null, "There is no home folder, so SecretStore has no place for its file.", "Set HOME.");

    // A first use makes the file, and would overwrite what another process has put there meanwhile.
    private void Open(CancellationToken cancellation)
    {
        bool isFirstUse = !File.Exists(Path.Combine(Folder, "localstore", "storefile"));
        using ProcessLock? held = isFirstUse && Directory.Exists(Folder) ? Lock(cancellation) : null;
        Collection<PSObject> found = module.Invoke(Configuration, registration.ModulePath, cancellation);
        object? configuration = found.Count == 0 ? null : found[0]?.BaseObject;
        _store = configuration?.GetType().Assembly.GetType(StoreType) ?? throw Unknown();
        _needsPassword = found[0].Properties["Authentication"]?.Value?.ToString() != "None";
    }

    private void Unlock(string keyId, CancellationToken cancellation)
    {
        try
        {
            module.Invoke("Get-Secret", new Dictionary<string, object?> { ["Name"] = keyId, ["Vault"] = registration.Name }, cancellation);
        }
        catch (VaultFailureException e) when (!e.IsLocked)
        {
            // A key that is about to be written is not there yet.
        }
    }

    // A reading that has begun cannot be seen, but when it would have begun can be told.
    private void LetReadingEnd(FieldInfo? lastWrite, CancellationToken cancellation)
    {
        if (lastWrite?.GetValue(null) is not DateTime own || FileField("LocalStoreFilePath")?.GetValue(null) is not string file)
        {
            return;
        }

        DateTime changed = File.GetLastWriteTime(file);
        TimeSpan sinceReading = DateTime.Now - changed - ReadingDelay;
        if (own != DateTime.MaxValue && changed - own > ReadingDelay && sinceReading.Duration() < LongestReading)
        {
            cancellation.WaitHandle.WaitOne(LongestReading - sinceReading);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private FieldInfo? FileField(string name) => _store?.Assembly.GetType(FileType)?.GetField(name, Hidden);

    private ProcessLock Lock(CancellationToken cancellation)
    {
        if (_busy is not null)
        {
            // Once is enough to wait in vain: a batch would do it for each key.
            throw _busy;
        }

        try
        {
            return ProcessLock.Acquire(LockPath(), Patience, cancellation);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreBusy)
        {
            _busy = new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                registration.Name,
                $"Another session changes SecretStore and does not come to an end. {e.Problem}",
                "Run the command again when that process is done; nothing was written.",
                e);
            throw _busy;
        }
    }

    // Beside the folder of the file; where SecretStore was loaded under another HOME, that is another place than now.
    private string LockPath()
    {
        string? file = FileField("LocalStoreFilePath")?.GetValue(null) as string;
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(file)) is { Length: > 0 } own ? own : Folder;
        return Path.Combine(folder, LockFile);
    }

    private void Refresh()
    {
        try
        {
            object? secure = Secure();
            PropertyInfo? data = secure?.GetType().GetProperty("Data", Hidden);
            object? before = data?.GetValue(secure);
            if (!_needsPassword)
            {
                MethodInfo read = _store!.GetMethod("UnlockVault", BindingFlags.Public | BindingFlags.Static) ?? throw Unknown();
                read.Invoke(null, [null, null]);
            }
            else if (_store!.GetField("_secureStore", Hidden) is null)
            {
                throw Unknown();
            }
            else if (secure is null || HasNoPassword(secure))
            {
                // The next command has to unlock it, and reads the file then.
                return;
            }
            else
            {
                MethodInfo read = secure.GetType().GetMethod("UpdateDataFromFile", Hidden, []) ?? throw Unknown();
                read.Invoke(secure, null);
            }

            if (before is not null && ReferenceEquals(before, data!.GetValue(secure)))
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable,
                    registration.Name,
                    "SecretStore's file could not be read again, so writing it could lose what another session has put there.",
                    "Run the command again; nothing was written. If it stays so, start a new session, and unlock the store there if it has a password.");
            }
        }
        catch (TargetInvocationException e)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                registration.Name,
                $"SecretStore's file could not be read again: {DisplayText.Of(e.InnerException?.Message)}",
                "Run the command again; nothing was written.");
        }
    }

    private static bool HasNoPassword(object secure) => secure.GetType().GetField("_password", Hidden) is { } password && password.GetValue(secure) is null;

    private LlmConfigException Unknown() => new(
        LlmConfigErrorCode.VaultUnavailable,
        registration.Name,
        $"This version of {registration.ModuleName} gives no way to read its file again, without which it loses what other sessions wrote.",
        $"Use the built-in vault '{LlmConfigRepository.BuiltInVault}' or another one, or SecretStore 1.0.6; nothing was written.");
}
