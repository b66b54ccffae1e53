using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text;

namespace LlmConfig.Shell;

/// <summary>
/// <c>llmconfig exec</c>: becomes another program that has a configuration in its environment. The engine is not started, except
/// for a key in a registered vault.
/// </summary>
internal sealed class ExecRun(Stream standardOutput, Stream standardError, string modulesFolder)
{
    /// <summary>The word that leads here.</summary>
    public const string Word = "exec";

    private const string CoreName = "LlmConfig.Core";

    /// <returns>The exit code of a failure, or of the program where this process could not become it.</returns>
    public int Run(IReadOnlyList<string> arguments)
    {
        try
        {
            ExecLine line = ExecLine.Parse(arguments);
            if (line.Help)
            {
                Write(standardOutput, ExecLine.Usage);
                return ExitCode.Success;
            }

            // The core lies with the module, and is loaded from there as the engine would: one copy in the process.
            AssemblyLoadContext.Default.Resolving += LoadCore;
            return Start(line);
        }
        catch (UsageException exception)
        {
            Complain($"{exception.Message}{Environment.NewLine}Run llmconfig exec --help for the usage.");
            return ExitCode.BadUsage;
        }
    }

    private Assembly? LoadCore(AssemblyLoadContext context, AssemblyName name)
    {
        string path = Path.Combine(modulesFolder, "LlmConfig.PowerShell", CoreName + ".dll");
        return name.Name == CoreName && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    }

    // Not inlined: the core must not be needed before it can be found.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Start(ExecLine line)
    {
        try
        {
            using var repository = new LlmConfigRepository(
                StoreFolder.Resolve(), new LlmConfigOptions { Command = "exec", Warning = warning => Write(standardError, $"WARNING: {warning.Message}") });
            LlmConfiguration item = line.Configuration is null ? repository.RequireDefault()
                : Guid.TryParse(line.Configuration, out Guid id) ? repository.Get(id)
                : repository.Get(line.Configuration);
            using LlmEnvironment environment = Read(repository, item, line.Variable);
            return OperatingSystem.IsWindows()
                ? WindowsProgram.Run(line.Program, environment, Complain)
                : UnixProgram.Become(line.Program, environment, Complain);
        }
        catch (LlmConfigException exception)
        {
            Complain(exception.Message);
            return ExitCode.NotStarted;
        }
    }

    private LlmEnvironment Read(LlmConfigRepository repository, LlmConfiguration item, string? variable)
    {
        if (item.Vault is null || string.Equals(item.Vault, LlmConfigRepository.BuiltInVault, StringComparison.OrdinalIgnoreCase))
        {
            return repository.GetEnvironment(item.Id, variable);
        }

        (LlmConfiguration configuration, ApiKey key) = ReadRegistered(repository, item);
        return new LlmEnvironment(configuration, key, variable);
    }

    // Not inlined: the engine must not be needed where the built-in vault is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private (LlmConfiguration Configuration, ApiKey Key) ReadRegistered(LlmConfigRepository repository, LlmConfiguration item) =>
        new RegisteredVaultKey(modulesFolder).Read(repository, item);

    private void Complain(string problem) => Write(standardError, $"llmconfig: {problem}");

    // Straight to the stream: the console's writers would prepare the terminal, and the program gets it as it is.
    private static void Write(Stream stream, string text) => stream.Write(Encoding.UTF8.GetBytes(text + Environment.NewLine));
}
