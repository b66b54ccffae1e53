using System.ComponentModel;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>
/// The vaults that are registered with SecretManagement, through a PowerShell that is started when one of them is first used. What
/// is registered, and which is the default, is read from SecretManagement's own file, as the cmdlets do.
/// </summary>
/// <param name="variable">Gives an environment variable.</param>
internal sealed class PwshVaultSource(Func<string, string?> variable) : IKeyVaultSource, IDisposable
{
    private readonly Lock _asking = new();
    private readonly Dictionary<string, IKeyVault?> _opened = new(StringComparer.OrdinalIgnoreCase);

    // A vault that did not answer once is not waited for again; others may still do.
    private readonly Dictionary<string, LlmConfigException> _silent = new(StringComparer.OrdinalIgnoreCase);
    private PwshSession? _session;

    public VaultChoice? DefaultVault => VaultRegistry.Read(variable).DefaultVault?.AsDefault();

    public IKeyVault? Open(string name)
    {
        if (!_opened.TryGetValue(name, out IKeyVault? vault))
        {
            vault = VaultRegistry.Read(variable).Find(name) is { IsOwn: true } ? null : Find(name);
            _opened.Add(name, vault);
        }

        return vault;
    }

    /// <summary>Asks PowerShell for one of the actions of <see cref="VaultRequest"/>. The keys of the request and of the answer are zeroed.</summary>
    /// <exception cref="LlmConfigException">What the adapter throws; SecretManagementMissing without a PowerShell, VaultUnavailable without an answer.</exception>
    public T Ask<T>(
        string action,
        string vault,
        Func<JsonElement, byte[], T> take,
        VaultProfile? profile = null,
        string? keyId = null,
        KeyLabel? label = null,
        byte[]? key = null,
        CancellationToken cancellation = default)
    {
        byte[] json = JsonObjects.ToUtf8(
            (VaultRequest.Action, action),
            (VaultRequest.Vault, vault),
            (VaultRequest.Profile, profile?.ToProperties()),
            (VaultRequest.KeyId, keyId),
            (VaultRequest.Label, label?.ToProperties()));
        var request = new VaultMessage(json, key ?? []);
        lock (_asking)
        {
            using VaultMessage answer = Exchange(request, vault, cancellation);
            try
            {
                using JsonDocument document = JsonDocument.Parse(answer.Json);
                JsonElement root = document.RootElement;
                return root.TryGetProperty(VaultRequest.Error, out JsonElement error) ? throw Error(error, vault) : take(root, answer.Key);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw Silent(vault, "What PowerShell answered makes no sense.");
            }
        }
    }

    /// <summary>Ends PowerShell, where one was started.</summary>
    public void Dispose()
    {
        _session?.Dispose();
        _session = null;
    }

    private PwshVault? Find(string name) => Ask(
        VaultRequest.Open,
        name,
        (answer, _) => answer.GetProperty(VaultRequest.IsBuiltIn).GetBoolean() ? null
            : new PwshVault(answer.GetProperty(VaultRequest.Vault).GetString()!, this));

    private VaultMessage Exchange(VaultMessage request, string vault, CancellationToken cancellation)
    {
        if (_silent.TryGetValue(vault, out LlmConfigException? before))
        {
            request.Dispose();
            throw before;
        }

        try
        {
            return Session(vault).Ask(request, cancellation);
        }
        catch (PwshFailureException e)
        {
            throw Silent(vault, e.Message);
        }
        finally
        {
            request.Dispose();
        }
    }

    private PwshSession Session(string vault)
    {
        if (_session is { IsAlive: true })
        {
            return _session;
        }

        Dispose();
        string program = PwshProgram.Find(variable, DisplayText.Of(vault));
        try
        {
            return _session = PwshSession.Start(program, PwshProgram.Timeout(variable, DisplayText.Of(vault)));
        }
        catch (Win32Exception e)
        {
            throw PwshProgram.Missing(DisplayText.Of(vault), $"'{DisplayText.Of(program)}' cannot be started: {e.Message}.", e);
        }
    }

    private LlmConfigException Silent(string vault, string problem)
    {
        string shown = DisplayText.Of(vault);
        return _silent[vault] = new LlmConfigException(
            LlmConfigErrorCode.VaultUnavailable,
            shown,
            $"The vault '{shown}' gave no answer. {problem}",
            $"See in PowerShell whether Test-SecretVault '{shown}' succeeds, and run the command again; {PwshProgram.TimeoutVariable} sets a longer wait, in seconds.");
    }

    // Most of it in the adapter's words; what it advises for a session that goes on does not help here.
    private static LlmConfigException Error(JsonElement error, string vault)
    {
        string shown = DisplayText.Of(vault);
        LlmConfigErrorCode code = Enum.TryParse(error.Text(VaultRequest.Code), out LlmConfigErrorCode known) ? known : LlmConfigErrorCode.VaultUnavailable;
        return new LlmConfigException(code, error.Text(VaultRequest.Target), error.Text(VaultRequest.Problem) ?? string.Empty, code switch
        {
            LlmConfigErrorCode.VaultLocked =>
                $"llmconfig cannot ask for its password. Let the vault open without a question (SecretStore: Set-SecretStoreConfiguration -Authentication None -Interaction None), or use '{shown}' in a PowerShell where it is unlocked.",
            LlmConfigErrorCode.SecretManagementMissing =>
                $"Install it in PowerShell with: Install-PSResource Microsoft.PowerShell.SecretManagement; or use the built-in vault with --vault {LlmConfigRepository.BuiltInVault}.",
            _ => error.Text(VaultRequest.RecommendedAction) ?? string.Empty,
        });
    }
}
