using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace LlmConfig.Tests;

/// <summary>A worker that runs <c>keyring</c> operations one after the other, and waits where it was told to.</summary>
internal sealed class KeyringDialogue(Process worker, StringBuilder spoken) : IDisposable
{
    /// <summary>The next answer.</summary>
    public KeyringAnswer Next()
    {
        string? line = worker.StandardOutput.ReadLine();
        lock (spoken)
        {
            spoken.AppendLine(line);
        }

        return line is null
            ? throw new InvalidOperationException($"The worker ended without an answer. It said: {spoken}")
            : JsonSerializer.Deserialize<KeyringAnswer>(line)!;
    }

    /// <summary>Lets it go on after a <c>wait</c>.</summary>
    public void GoOn() => worker.StandardInput.WriteLine();

    public void Dispose()
    {
        worker.Kill();
        worker.WaitForExit();
    }
}
