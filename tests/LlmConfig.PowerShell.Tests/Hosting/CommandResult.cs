using System.Collections.ObjectModel;

namespace LlmConfig.Tests;

/// <summary>All that a script wrote, stream by stream.</summary>
public sealed class CommandResult(Collection<PSObject> output, PSDataStreams streams, Exception? thrown)
{
    public IReadOnlyList<PSObject> Output { get; } = output;

    /// <summary>The errors written, and the one that ended the script if it did.</summary>
    public IReadOnlyList<ErrorRecord> Errors { get; } =
        thrown is IContainsErrorRecord last ? [.. streams.Error, last.ErrorRecord] : [.. streams.Error];

    public Exception? Thrown { get; } = thrown;

    public IReadOnlyList<string> Warnings { get; } = [.. streams.Warning.Select(record => record.Message)];

    public IReadOnlyList<ProgressRecord> Progress { get; } = [.. streams.Progress];

    /// <summary>Verbose, debug, information, warning and progress in text.</summary>
    public IReadOnlyList<string> Talk { get; } =
    [
        .. streams.Warning.Select(record => record.ToString()),
        .. streams.Verbose.Select(record => record.ToString()),
        .. streams.Debug.Select(record => record.ToString()),
        .. streams.Information.Select(record => record.ToString()),
        .. streams.Progress.Select(record => record.ToString()),
    ];

    public ErrorRecord Error
    {
        get
        {
            Assert.True(Errors.Count == 1, $"One error was expected, not {Errors.Count}: {string.Join("; ", Errors)}");
            return Errors[0];
        }
    }

    public IReadOnlyList<string> Names => [.. Configurations.Select(item => item.Name)];

    public IReadOnlyList<LlmConfiguration> Configurations => [.. Output.Select(item => Assert.IsType<LlmConfiguration>(item.BaseObject))];

    public LlmConfiguration Configuration => Assert.Single(Configurations);

    public CommandResult RequireNoError()
    {
        Assert.True(Thrown is null && Errors.Count == 0, $"No error was expected: {Thrown} {string.Join("; ", Errors)}");
        return this;
    }

    /// <summary>The one error has this code.</summary>
    public ErrorRecord RequireError(string code)
    {
        Assert.Equal(code, Error.FullyQualifiedErrorId.Split(',')[0]);
        return Error;
    }
}
