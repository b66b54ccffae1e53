using System.Collections;
using System.Security;

namespace LlmConfig.Tests;

/// <summary>
/// An extension vault behind the stand-in of SecretManagement, of which one command misbehaves in one way at a time. What the extension
/// writes, the caller gets as SecretManagement 1.1.2 hands it on: of a secret the first object, of a list the objects of its type.
/// The dictionaries of the stand-in are what is true.
/// </summary>
internal sealed class MisbehavingVault
{
    public const string GetSecret = "Get-Secret";
    public const string SetSecret = "Set-Secret";
    public const string RemoveSecret = "Remove-Secret";
    public const string GetSecretInfo = "Get-SecretInfo";
    public const string SetSecretInfo = "Set-SecretInfo";

    public static readonly string[] Commands = [GetSecret, SetSecret, RemoveSecret, GetSecretInfo, SetSecretInfo];

    // Of the ways that pass: how many calls or looks that takes.
    private const int Times = 2;

    private readonly StandIn _vault;
    private readonly HashSet<string> _credentials = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(int Looks, Action Effect)> _delayed = [];
    private readonly Dictionary<string, int> _calls = new(StringComparer.OrdinalIgnoreCase);

    private string? _command;
    private VaultWay _way;
    private List<string> _listedBefore = [];

    public MisbehavingVault(StandIn vault)
    {
        _vault = vault;
        vault.Instead = Run;
    }

    /// <summary>True for a vault that says of a secret that is not there that it is not there; else it gives nothing.</summary>
    public bool SaysWhatIsMissing { get; set; }

    /// <summary>From now on one command misbehaves.</summary>
    public void Begin(string command, VaultWay way)
    {
        (_command, _way, _listedBefore) = (command, way, [.. _vault.Secrets.Keys]);
        _calls.Clear();
    }

    /// <summary>From now on it does what it is asked; what is still to take effect does.</summary>
    public void End()
    {
        _command = null;
        List<(int Looks, Action Effect)> delayed = [.. _delayed];
        _delayed.Clear();
        delayed.ForEach(item => item.Effect());
    }

    /// <summary>Forgets all that it holds.</summary>
    public void Clear()
    {
        (_command, _listedBefore) = (null, []);
        _delayed.Clear();
        _credentials.Clear();
        _vault.Secrets.Clear();
        _vault.Metadata.Clear();
    }

    private bool Run(string command, PSCmdlet cmdlet)
    {
        if (!Commands.Contains(command))
        {
            return false;
        }

        Dictionary<string, object> given = cmdlet.MyInvocation.BoundParameters;
        string name = given["Name"].ToString()!;
        string errorId = command.Replace("-", string.Empty, StringComparison.Ordinal);
        var output = new List<object?>();
        try
        {
            Extension(command, name, given, output, cmdlet);
        }
        catch (PasswordRequiredException e) when (command is GetSecret or GetSecretInfo)
        {
            cmdlet.WriteError(Failure(errorId + "Exception", e));
        }
        catch (PasswordRequiredException e)
        {
            cmdlet.ThrowTerminatingError(Failure("PasswordRequired", e));
        }
        catch (ItemNotFoundException e)
        {
            cmdlet.WriteError(Failure(errorId + "InvalidOperation", new InvalidOperationException($"Unable to use the secret {name}", e)));
        }

        HandOn(command, name, output, cmdlet);
        return true;
    }

    private static ErrorRecord Failure(string id, Exception cause) => StandIn.Failure(id, ErrorCategory.InvalidOperation, cause);

    // What SecretManagement makes of what an extension wrote.
    private static void HandOn(string command, string name, List<object?> output, PSCmdlet cmdlet)
    {
        if (command == GetSecret)
        {
            object? first = output.Find(item => item is not null);
            if (first is not (null or string or SecureString or PSCredential or Hashtable or byte[]))
            {
                var odd = new InvalidOperationException($"Secret object returned for '{name}' is of invalid type '{first.GetType()}'");
                cmdlet.WriteError(Failure("GetSecretInvalidOperation", odd));
            }

            if (first is null)
            {
                cmdlet.WriteError(Failure("GetSecretNotFound", new ItemNotFoundException($"The secret {name} was not found.")));
            }

            cmdlet.WriteObject(first is string text ? EngineTest.SecureText(text) : first);
        }
        else if (command == GetSecretInfo)
        {
            List<PSObject> rows = [.. output.OfType<PSObject>()];
            if (rows.DistinctBy(row => row.Properties["Name"].Value.ToString(), StringComparer.OrdinalIgnoreCase).Count() < rows.Count)
            {
                cmdlet.WriteError(Failure("GetSecretInfoException", new ArgumentException("An entry with the same key already exists.")));
            }

            rows.ForEach(cmdlet.WriteObject);
        }
    }

    private void Extension(string command, string name, Dictionary<string, object> given, List<object?> output, PSCmdlet cmdlet)
    {
        Look(command);
        if (command != _command)
        {
            Work(command, name, given, output);
            return;
        }

        int call = _calls[name] = _calls.GetValueOrDefault(name) + 1;
        switch (_way)
        {
            case VaultWay.Throws:
                string? quoted = command == SetSecret ? Plain(given) : _vault.Secrets.GetValueOrDefault(name);
                throw new ItemNotFoundException($"This vault does not want to: {quoted}");
            case VaultWay.WritesError:
                cmdlet.WriteError(StandIn.Failure("VaultSaysNo", ErrorCategory.InvalidOperation));
                break;
            case VaultWay.AnswersFalse:
                output.Add(false);
                break;
            case VaultWay.AnswersNothing:
                break;
            case VaultWay.AnswersNull:
                output.Add(null);
                break;
            case VaultWay.Twice:
                Work(command, name, given, output);
                Work(command, command == SetSecret ? name + " (2)" : name, given, output);
                break;
            case VaultWay.TextBefore:
                output.Add("Opening-the-vault");
                Work(command, name, given, output);
                break;
            case VaultWay.AnotherType:
                Work(command, name, given, output);
                Retype(command, name, output);
                break;
            case VaultWay.Late or VaultWay.TooLate:
                Delay(command, name, given, output, call);
                break;
            case VaultWay.Slow when call <= Times:
                if (command is not (GetSecret or GetSecretInfo))
                {
                    Work(command, name, given, output);
                }

                throw new ItemNotFoundException("The operation has timed out.");
            case VaultWay.Throttled when call <= Times:
                throw new ItemNotFoundException("429 Too Many Requests");
            case VaultWay.Slow or VaultWay.Throttled:
                Work(command, name, given, output);
                break;
            case VaultWay.Locked:
                throw new PasswordRequiredException();
            case VaultWay.HalfDone:
                Halve(command, name, given, output);
                break;
            case VaultWay.DoneWithError:
                Work(command, name, given, output);
                throw new ItemNotFoundException("Something went wrong.");
            case VaultWay.WrongName:
                Misname(command, name, given, output);
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private void Work(string command, string name, Dictionary<string, object> given, List<object?> output)
    {
        switch (command)
        {
            case GetSecret when _vault.Secrets.TryGetValue(name, out string? secret):
                output.Add(_credentials.Contains(name) ? new PSCredential("key", EngineTest.SecureText(secret)) : secret);
                break;
            case GetSecret when SaysWhatIsMissing:
                throw new ItemNotFoundException($"The item {name} was not found.");
            case SetSecret:
                Keep(name, Plain(given), given.GetValueOrDefault("Metadata"));
                break;
            case SetSecretInfo when _vault.Secrets.ContainsKey(name):
                _vault.Metadata[name] = (Hashtable)given["Metadata"];
                break;
            case RemoveSecret when _vault.Secrets.Remove(name):
                _vault.Metadata.Remove(name);
                break;
            case GetSecretInfo:
                List(name, _vault.Secrets.Keys, output);
                break;
            case RemoveSecret or SetSecretInfo:
                throw new ItemNotFoundException($"The item {name} is unknown.");
            default:
                break;
        }
    }

    private void List(string pattern, IEnumerable<string> names, List<object?> output) => output.AddRange(names
        .Where(new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch)
        .Select(known => Row(known, _vault.Metadata.GetValueOrDefault(known))));

    private void Keep(string name, string secret, object? metadata)
    {
        _vault.Secrets[name] = secret;
        if (metadata is Hashtable table)
        {
            _vault.Metadata[name] = table;
        }
    }

    private void Retype(string command, string name, List<object?> output)
    {
        if (command == SetSecret)
        {
            _credentials.Add(name);
        }

        for (int item = 0; item < output.Count; item++)
        {
            output[item] = new KeyValuePair<string, string>(name, "of another type");
        }
    }

    private void Delay(string command, string name, Dictionary<string, object> given, List<object?> output, int call)
    {
        int looks = _way == VaultWay.Late ? Times : int.MaxValue;
        switch (command)
        {
            case GetSecret when call > looks:
                Work(command, name, given, output);
                break;
            case GetSecret:
                break;
            case GetSecretInfo:
                List(name, call > looks ? _vault.Secrets.Keys : _listedBefore, output);
                break;
            default:
                // The parameters are another command's by then, and a SecureString is gone.
                var kept = new Dictionary<string, object>(given, StringComparer.OrdinalIgnoreCase);
                if (command == SetSecret)
                {
                    kept.Remove("SecureStringSecret");
                    kept["Secret"] = Plain(given);
                }

                _delayed.Add((looks, () =>
                {
                    try
                    {
                        Work(command, name, kept, []);
                    }
                    catch (ItemNotFoundException)
                    {
                        // Nobody is there to be told.
                    }
                }
                ));
                break;
        }
    }

    // One look nearer to what takes effect late.
    private void Look(string command)
    {
        if (command is not (GetSecret or GetSecretInfo))
        {
            return;
        }

        List<(int Looks, Action Effect)> due = _delayed.FindAll(item => item.Looks == 0);
        _delayed.RemoveAll(item => item.Looks == 0);
        due.ForEach(item => item.Effect());
        for (int item = 0; item < _delayed.Count; item++)
        {
            _delayed[item] = (_delayed[item].Looks - 1, _delayed[item].Effect);
        }
    }

    private void Halve(string command, string name, Dictionary<string, object> given, List<object?> output)
    {
        switch (command)
        {
            case GetSecret when _vault.Secrets.TryGetValue(name, out string? secret):
                output.Add(secret[..(secret.Length / 2)]);
                break;
            case SetSecret:
                Keep(name, Plain(given) is var plain ? plain[..(plain.Length / 2)] : string.Empty, null);
                break;
            case GetSecretInfo:
                List(name, _vault.Secrets.Keys.Take(_vault.Secrets.Count / 2), output);
                break;
            case SetSecretInfo:
                _vault.Metadata[name] = new Hashtable { ["name"] = ((Hashtable)given["Metadata"])["name"] };
                break;
            case RemoveSecret:
                _vault.Metadata.Remove(name);
                break;
            default:
                break;
        }
    }

    private void Misname(string command, string name, Dictionary<string, object> given, List<object?> output)
    {
        string? other = _vault.Secrets.Keys.FirstOrDefault(known => !known.Equals(name, StringComparison.OrdinalIgnoreCase));
        switch (command)
        {
            case GetSecret or SetSecretInfo when other is not null:
                Work(command, other, given, output);
                break;
            case SetSecret:
                Work(command, "Keys/" + name, given, output);
                break;
            case GetSecretInfo:
                output.AddRange(_vault.Secrets.Keys.Select((_, number) => Row($"item {number}", null)));
                break;
            default:
                break;
        }
    }

    private static string Plain(Dictionary<string, object> given) => given.TryGetValue("SecureStringSecret", out object? secure)
        ? new System.Net.NetworkCredential(string.Empty, (SecureString)secure).Password
        : given["Secret"].ToString()!;

    private static PSObject Row(string name, Hashtable? metadata)
    {
        var row = new PSObject();
        row.Properties.Add(new PSNoteProperty("Name", name));
        row.Properties.Add(new PSNoteProperty("Metadata", metadata));
        return row;
    }

    private sealed class PasswordRequiredException() : Exception("A password is wanted.");
}
