using System.Management.Automation;

namespace LlmConfig.Shell;

/// <summary>Standard input as pipeline input: line by line, on a thread of its own, so that a silent pipe can still be interrupted.</summary>
internal static class StandardInput
{
    public static PSDataCollection<object> Lines(TextReader reader)
    {
        var lines = new PSDataCollection<object>();
        var thread = new Thread(() =>
        {
            try
            {
                while (reader.ReadLine() is { } line)
                {
                    lines.Add(line);
                }
            }
            catch (Exception exception) when (exception is IOException or PSInvalidOperationException or ObjectDisposedException)
            {
                // The pipe broke, or nobody waits any more: what came, came.
            }
            finally
            {
                lines.Complete();
            }
        })
        {
            IsBackground = true,
            Name = "standard input",
        };
        thread.Start();
        return lines;
    }

    /// <summary>Nothing, and no more to come.</summary>
    public static PSDataCollection<object> Empty()
    {
        var lines = new PSDataCollection<object>();
        lines.Complete();
        return lines;
    }
}
