namespace LlmConfig;

/// <summary>
/// Compares a desired state with what a store holds: the changes that are missing, of which an empty list is the promise that the store is as it is to
/// be. How they are carried out is the write protocol's alone.
/// </summary>
/// <param name="seen">What the store holds.</param>
/// <param name="open">Opens a vault.</param>
/// <param name="readKey">Reads the key of a configuration, to be compared.</param>
/// <param name="runCommand">Runs a command that puts out a key; <see langword="null"/> where none may be run.</param>
/// <param name="now">The time now.</param>
internal sealed class DesiredStatePlanner(
    ConfigDocument seen, Func<string?, IKeyVault> open, Func<LlmConfiguration, ApiKey> readKey, Func<string, ApiKey>? runCommand, DateTime now)
{
    private const string ExistProperty = "_exist";
    private const string KeyProperty = "apiKey";

    public IReadOnlyList<DesiredStep> Plan(DesiredState state, bool isExact)
    {
        var described = new HashSet<string>(state.Configurations.Select(item => item.Name), ConfigurationName.Comparer);
        IEnumerable<LlmConfiguration> surplus = isExact && state.Name is { } source
            ? seen.Configurations.Where(item => item.ManagedBy == source && !described.Contains(item.Name))
            : [];
        List<(DesiredConfiguration? Wanted, DesiredStep Step)> steps =
        [
            .. surplus.Select(item => ((DesiredConfiguration?)null, Removal(item))),
            .. state.Configurations.Select(wanted => (wanted, Step(wanted, state))),
        ];

        // On one draft: what one makes may be in the way of another.
        WriteProtocol.Try([.. steps.Select(step => step.Step.Change).OfType<PlannedChange>()], seen, open);
        return [.. steps.OrderBy(step => step.Step.Action != ImportAction.Remove).Select(step => Finish(step.Wanted, step.Step))];
    }

    private static DesiredStep Removal(LlmConfiguration item) => new()
    {
        Name = item.Name,
        Action = ImportAction.Remove,
        Differences = [ExistProperty],
        Before = item,
        Change = new RemoveChange(item.Id, item.Name, keepKey: false),
    };

    private DesiredStep Step(DesiredConfiguration wanted, DesiredState state)
    {
        LlmConfiguration? there = seen.Find(wanted.Name);
        if (!wanted.Exists)
        {
            return there is null ? new DesiredStep { Name = wanted.Name } : Removal(there);
        }

        try
        {
            ApiKey? key = FindKey(wanted, state);
            return there is null ? Creation(wanted, key, state.Name) : Update(wanted, there, key is not null && HasKey(there, key) ? null : key);
        }
        catch (LlmConfigException e)
        {
            return new DesiredStep { Name = wanted.Name, Before = there, Error = e.About(wanted.Name) };
        }
    }

    private DesiredStep Creation(DesiredConfiguration wanted, ApiKey? key, string? source)
    {
        var item = new NewConfiguration
        {
            Name = wanted.Name,
            Provider = wanted.Provider ?? throw new LlmConfigException(
                LlmConfigErrorCode.UnknownProvider, wanted.Name, $"There is no configuration '{DisplayText.Of(wanted.Name)}', and none can be made without a provider.", "Add its provider."),
            BaseUrl = wanted.BaseUrl,
            AllowInsecureBaseUrl = wanted.AllowInsecureBaseUrl,
            UseAuthHeader = wanted.UseAuthHeader,
            Model = wanted.Model,
            Details = wanted.Details,
            KeyName = wanted.KeyName,
            Vault = wanted.Vault,
            AsDefault = wanted.IsDefault,
            Key = key,
            ManagedBy = source,
        };
        return new DesiredStep { Name = wanted.Name, Action = ImportAction.Create, Differences = [ExistProperty], Change = new CreateChange(item, now) };
    }

    private DesiredStep Update(DesiredConfiguration wanted, LlmConfiguration there, ApiKey? key)
    {
        var update = new ConfigurationUpdate
        {
            Provider = wanted.Provider,
            BaseUrl = wanted.BaseUrl,
            AllowInsecureBaseUrl = wanted.AllowInsecureBaseUrl,
            UseAuthHeader = wanted.UseAuthHeader,
            Model = wanted.Model,
            Details = wanted.Details,
            KeyName = wanted.KeyName,
            Vault = wanted.Vault,
            AsDefault = wanted.IsDefault,
            Key = key,
        };
        bool sendsElsewhere = update.SendsKeptKeyElsewhere(there);
        return new DesiredStep
        {
            Name = there.Name,
            Action = ImportAction.Update,
            Differences = key is null ? [] : [KeyProperty],
            Before = there,
            SendsKeptKeyElsewhere = sendsElsewhere && !wanted.AcceptHost,
            Change = new UpdateChange(there.Id, there.Name, sendsElsewhere && wanted.AcceptHost ? update with { AcceptHostOf = there } : update, now),
        };
    }

    // What the trial of the change says: the properties that it would change, or why it cannot be done.
    private static DesiredStep Finish(DesiredConfiguration? wanted, DesiredStep step)
    {
        if (step.Change is not { } change)
        {
            return step;
        }

        if (change.Error is { } error)
        {
            return step with { Error = error, Change = null };
        }

        if (step.Action == ImportAction.Remove)
        {
            return step;
        }

        LlmConfiguration after = change.Result!;
        if (step.Before is not { } before)
        {
            return step with { After = after };
        }

        string[] differences =
        [
            .. DesiredProperty.All.Where(property => property.Wanted(wanted!) && property.Value(before) != property.Value(after)).Select(property => property.Name),
            .. step.Differences,
        ];

        // A host that somebody changed in the file and that is as it was sealed again sends the key where it belongs.
        return step.SendsKeptKeyElsewhere && after.Seal?.Host != KeySeals.Host(after)
            ? step with { Differences = differences, Change = null, Error = KeyGoesElsewhere(before, after) }
            : differences.Length == 0 ? step with { Action = ImportAction.None, After = before, Change = null }
            : step with { Differences = differences, After = after };
    }

    private static LlmConfigException KeyGoesElsewhere(LlmConfiguration before, LlmConfiguration after) => new(
        LlmConfigErrorCode.HostMismatch,
        before.Name,
        $"The key of '{before.Name}' would go to {DisplayText.WithAsciiHost(after.BaseUrl) ?? "an unknown host"} instead of {DisplayText.WithAsciiHost(before.BaseUrl) ?? "an unknown host"}.",
        "Give the key of the new host along with it, or let the present one go there with acceptHost.");

    private ApiKey? FindKey(DesiredConfiguration wanted, DesiredState state)
    {
        ApiKey? read = wanted.Key switch
        {
            null or { Kind: DesiredKeyKind.Value } => null,
            { Kind: DesiredKeyKind.Environment, Reference: var variable } => ApiKey.FromEnvironment(variable, wanted.Name),
            { Kind: DesiredKeyKind.File, Reference: var file } => ApiKey.FromFile(Path.Combine(state.Folder ?? string.Empty, file), wanted.Name),
            { Reference: var command } => runCommand is null
                ? throw new LlmConfigException(
                    LlmConfigErrorCode.InvalidArgument, wanted.Name, $"The key of '{DisplayText.Of(wanted.Name)}' is to come from a command, and nothing here allows one to be run.", "Look at the file: it says which command. Allow it with llmconfig import --allow-command.")
                : runCommand(command),
        };
        if (read is not null)
        {
            state.Keys.Add(read);
        }

        return read ?? wanted.Key?.Value;
    }

    // A key that is lost, or not readable as one, is another key. A vault that does not answer says nothing.
    private bool HasKey(LlmConfiguration there, ApiKey key)
    {
        if (there.Key is null || there.KeyName is not null)
        {
            return false;
        }

        try
        {
            using ApiKey present = readKey(there);
            return present.HasSameValue(key);
        }
        catch (LlmConfigException e) when (e.Code is LlmConfigErrorCode.KeyMissing or LlmConfigErrorCode.InvalidKey)
        {
            return false;
        }
    }
}
