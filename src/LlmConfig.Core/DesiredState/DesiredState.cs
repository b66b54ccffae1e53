namespace LlmConfig;

/// <summary>
/// What the store of a machine is to hold, as a file describes it (docs/provisioning.md): configurations, whose keys are named and not
/// held, and settings of the store. <see cref="LlmConfigRepository.PlanDesiredState"/> compares it with a store.
/// </summary>
public sealed class DesiredState : IDisposable
{
    /// <summary>The longest name of a desired state, in UTF-16 code units.</summary>
    public const int MaximumNameLength = 100;

    internal DesiredState(string? name, IReadOnlyList<DesiredConfiguration> configurations) => (Name, Configurations) = (name, configurations);

    /// <summary>A desired state of one configuration, which removes nothing else.</summary>
    /// <param name="configuration">The configuration.</param>
    public DesiredState(DesiredConfiguration configuration)
        : this(null, [configuration ?? throw new ArgumentNullException(nameof(configuration))])
    {
    }

    /// <summary>The name by which a later run knows the configurations that it made; <see langword="null"/> for a state of one configuration.</summary>
    public string? Name { get; }

    /// <summary>The configurations, in the order of the file.</summary>
    public IReadOnlyList<DesiredConfiguration> Configurations { get; }

    /// <summary>The vault for new keys; <see langword="null"/> where the file does not decide on it, empty for the choice of the program.</summary>
    public string? DefaultVault { get; internal init; }

    /// <summary>Keys that were read from where the configurations say they are.</summary>
    internal List<ApiKey> Keys { get; } = [];

    /// <summary>The folder of the file, to which the paths of keys are relative; <see langword="null"/> without a file.</summary>
    internal string? Folder { get; init; }

    /// <summary>Reads the file.</summary>
    /// <param name="path">Its path. Links are followed; what is no regular file is refused.</param>
    /// <exception cref="LlmConfigException">
    /// NotFound (no such file), StoreAccessDenied, StoreUnsafe (no regular file); InvalidArgument: it is no desired state, describes a configuration
    /// twice, or holds a key.
    /// </exception>
    public static DesiredState FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return DesiredStateReader.ReadFile(path);
    }

    /// <summary>Reads one configuration from JSON, as DSC gives it.</summary>
    /// <param name="utf8">The JSON object. Whoever gives it zeroes it.</param>
    /// <exception cref="LlmConfigException">InvalidArgument: it is no such object, or a property of it is unknown or of another type; InvalidKey.</exception>
    public static DesiredState FromJson(ReadOnlySpan<byte> utf8) => new(DesiredStateReader.ReadConfiguration(utf8));

    /// <summary>Zeroes the keys that it holds, and those that were read for it: a plan of it cannot be applied any more.</summary>
    public void Dispose()
    {
        Keys.ForEach(key => key.Dispose());
        foreach (DesiredConfiguration configuration in Configurations)
        {
            configuration.Key?.Value?.Dispose();
        }
    }
}
