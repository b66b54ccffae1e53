using System.Diagnostics;
using System.Globalization;

namespace LlmConfig.Cli.Tests;

/// <summary><c>kill -9</c> of a real <c>llmconfig rotate</c> in each of its steps. The commands say where they are and wait to be killed, so no time is waited for.</summary>
public sealed class RotationKillTests : IDisposable
{
    private const string First = "sk-test-first-7f3a9c";
    private const string Unknown = "may have a key from then that is not known here";

    private readonly LlmConfigProgram _program = new();
    private readonly PlayedServer _provider;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RotationKillTests()
    {
        _provider = new PlayedServer(AnswerAsync);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Live = [First];
        const string stop = """stop() { if [ "$(cat "$HOME/stage")" = "$1" ]; then echo "at $1 $$" >&2; exec sleep 600; fi; }""";
        Executable.Write(Path.Combine(_program.Home, "make"), $$"""
            #!/bin/sh
            {{stop}}
            read -r old
            stop make
            key="sk-test-made-$$"
            echo "$key" >> "$HOME/live"
            stop made
            echo "$key"
            """);
        Executable.Write(Path.Combine(_program.Home, "revoke"), $$"""
            #!/bin/sh
            {{stop}}
            read -r old && read -r new
            stop revoke
            grep -vxF -e "$old" "$HOME/live" > "$HOME/rest"
            mv "$HOME/rest" "$HOME/live"
            stop revoked
            """);
        Assert.Equal(0, _program.RunWith(string.Empty, "store", "--protector", "KeyFile").ExitCode);
        Assert.Equal(0, _program.RunWith(First, "new", "work", "openai", "--base-url", $"{_provider.Origin}/v1", "--key-stdin").ExitCode);
    }

    // The keys that work at the provider.
    private string[] Live
    {
        get => File.ReadAllLines(PathOf("live"));
        set => File.WriteAllLines(PathOf("live"), value);
    }

    private string Stage
    {
        get => File.ReadAllText(PathOf("stage"));
        set => File.WriteAllText(PathOf("stage"), value);
    }

    public void Dispose()
    {
        _provider.Dispose();
        _program.Dispose();
    }

    [UnixFact]
    public void Killed_before_a_key_was_made() => Check("make", inUse: true, most: 1, warns: true);

    [UnixFact]
    public void Killed_when_the_provider_alone_knew_the_new_key() => Check("made", inUse: true, most: 2, warns: true);

    [UnixFact]
    public void Killed_while_the_provider_was_asked_for_the_new_key() => Check("check", inUse: true, most: 1, warns: false);

    [UnixFact]
    public void Killed_before_the_old_key_was_revoked() => Check("revoke", inUse: false, most: 1, warns: false);

    [UnixFact]
    public void Killed_when_the_old_key_was_revoked() => Check("revoked", inUse: false, most: 1, warns: false);

    [UnixFact]
    public void Nothing_is_left_where_nobody_is_killed()
    {
        Stage = "none";

        Assert.Equal((0, string.Empty, "The key of 'work' was rotated, and the old one revoked.\n"), Rotate());

        Assert.Equal([Key()], Live);
        Assert.DoesNotContain(First, Live);
    }

    private void Check(string stage, bool inUse, int most, bool warns)
    {
        Stage = stage;
        using (Process process = _program.Start(Arguments()))
        {
            process.StandardInput.Close();
            int? command = stage == "check" ? null : CommandAt(process, stage);
            Assert.True(command is not null || _asked.Task.Wait(TimeSpan.FromMinutes(2)), "The provider was not asked.");
            process.Kill();
            process.WaitForExit();
            if (command is { } id)
            {
                using var left = Process.GetProcessById(id);
                left.Kill();
            }
        }

        Stage = "none";
        Assert.Equal(inUse, Key() == First);
        Assert.Contains(Key(), Live);
        Assert.Contains("is not finished", _program.RunWith(string.Empty, "test").Output, StringComparison.Ordinal);

        (int exitCode, _, string error) = Rotate();

        Assert.Equal(0, exitCode);
        string key = Key();
        Assert.Contains(key, Live);
        Assert.DoesNotContain(First, Live);
        Assert.Equal(most, Live.Length);
        Assert.Equal(warns, error.Contains(Unknown, StringComparison.Ordinal));
        Assert.DoesNotContain("sk-test", error, StringComparison.Ordinal);
        Assert.DoesNotContain("is not finished", _program.RunWith(string.Empty, "test").Output, StringComparison.Ordinal);
    }

    private static int CommandAt(Process process, string stage)
    {
        while (process.StandardError.ReadLine() is { } line)
        {
            if (line.Split(' ') is ["at", var at, var id] && at == stage)
            {
                return int.Parse(id, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"llmconfig ended before '{stage}'.");
    }

    private (int ExitCode, string Output, string Error) Rotate() => _program.RunWith(string.Empty, Arguments());

    private string[] Arguments() => ["rotate", "work", "--key-command", PathOf("make"), "--revoke-command", PathOf("revoke")];

    private string Key() => _program.RunWith(string.Empty, "key", "work").Output.Trim();

    private string PathOf(string name) => Path.GetFullPath(name, _program.Home);

    private Task AnswerAsync(PlayedRequest request, Stream stream)
    {
        if (Stage == "check")
        {
            _asked.TrySetResult();
            return _provider.Silence();
        }

        bool isTaken = Live.Contains(request.Headers["Authorization"]["Bearer ".Length..]);
        return PlayedServer.SendAsync(stream, PlayedServer.Answer(isTaken ? 200 : 401));
    }
}
