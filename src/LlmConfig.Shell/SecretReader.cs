using System.Security;

namespace LlmConfig.Shell;

/// <summary>
/// Reads a secret without showing it. Each character goes from the key straight into the SecureString: no string, list
/// or editing buffer ever holds it.
/// </summary>
internal sealed class SecretReader(IConsole console, TextWriter terminal)
{
    /// <exception cref="OperationCanceledException">Ctrl+C.</exception>
    public SecureString Read()
    {
        var secret = new SecureString();
        console.TakeControlC(asKey: true);
        try
        {
            while (true)
            {
                ConsoleKeyInfo key = console.ReadKey();
                if (LineEditor.IsEnter(key))
                {
                    terminal.WriteLine();
                    secret.MakeReadOnly();
                    return secret;
                }

                if (LineEditor.IsControl(key, ConsoleKey.C))
                {
                    terminal.WriteLine("^C");
                    secret.Dispose();
                    throw new OperationCanceledException();
                }

                Apply(key, secret);
            }
        }
        finally
        {
            console.TakeControlC(asKey: false);
        }
    }

    private void Apply(ConsoleKeyInfo key, SecureString secret)
    {
        if (key.Key == ConsoleKey.Backspace || LineEditor.IsControl(key, ConsoleKey.H))
        {
            if (secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
                terminal.Write("\b \b");
            }
        }
        else if (LineEditor.IsControl(key, ConsoleKey.U) || key.Key == ConsoleKey.Escape)
        {
            for (; secret.Length > 0; secret.RemoveAt(secret.Length - 1))
            {
                terminal.Write("\b \b");
            }
        }
        else if (!char.IsControl(key.KeyChar))
        {
            secret.AppendChar(key.KeyChar);
            terminal.Write('*');
        }
    }
}
