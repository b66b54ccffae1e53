using System.Security;

namespace LlmConfig.Tests;

/// <summary>A test with a store and a shell of its own.</summary>
public abstract class EngineTest : IDisposable
{
    protected EngineTest()
    {
        Shell = new Shell(Store);
    }

    protected TemporaryStore Store { get; } = new();

    protected Shell Shell { get; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Shell.Dispose();
        Store.Dispose();
    }

    /// <summary>The text as a SecureString, for other classes.</summary>
    public static SecureString SecureText(string text) => Secure(text);

    protected static SecureString Secure(string text)
    {
        var result = new SecureString();
        foreach (char c in text)
        {
            result.AppendChar(c);
        }

        result.MakeReadOnly();
        return result;
    }

    /// <summary>Runs a script that must not fail.</summary>
    protected CommandResult Run(string script, params (string Name, object? Value)[] variables) =>
        Shell.Invoke(script, variables).RequireNoError();

    /// <summary>Runs a script that may fail.</summary>
    protected CommandResult Try(string script, params (string Name, object? Value)[] variables) => Shell.Invoke(script, variables);

    protected LlmConfiguration Stored(string name) => Run("Get-LlmConfig $name", ("name", WildcardPattern.Escape(name))).Configuration;

    protected string KeyOf(string name) =>
        Assert.IsType<string>(Assert.Single(Run("Get-LlmConfigKey $name -AsPlainText", ("name", name)).Output).BaseObject);

    /// <summary>What a job or another session would hand over.</summary>
    protected static PSObject Deserialized(object value) =>
        Assert.IsType<PSObject>(PSSerializer.Deserialize(PSSerializer.Serialize(value)));

    /// <summary>An object as Import-Csv makes them.</summary>
    protected static PSObject Row(params (string Name, object? Value)[] columns)
    {
        var row = new PSObject();
        foreach ((string name, object? value) in columns)
        {
            row.Properties.Add(new PSNoteProperty(name, value));
        }

        return row;
    }
}
