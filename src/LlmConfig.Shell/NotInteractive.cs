using System.Management.Automation;
using System.Management.Automation.Host;

namespace LlmConfig.Shell;

/// <summary>What a question gets where nobody can answer it. It never waits.</summary>
internal static class NotInteractive
{
    private const string Remedy =
        "standard input is not a terminal, or -NonInteractive was given. Pass the value as a parameter, or -Confirm:$false for a confirmation.";

    private const string SecretRemedy =
        "A secret is typed at a terminal, where it can be masked, and never read from a pipe. Put the key into an environment variable and pass its name with -ApiKeyFromEnvironment.";

    public static HostException Error(string what) =>
        new($"{what}, but this session is not interactive: {Remedy}", null, "NotInteractive", ErrorCategory.ResourceUnavailable);

    public static HostException SecretError() =>
        new($"A secret was asked for, but this session is not interactive. {SecretRemedy}", null, "NotInteractive", ErrorCategory.ResourceUnavailable);
}
