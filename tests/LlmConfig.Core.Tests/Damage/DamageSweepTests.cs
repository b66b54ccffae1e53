using System.Text.Json;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// Each file of a store cut off at every length, and with every byte changed in several ways. What still parses and validates is a valid
/// file; all else is the right error, stays byte for byte as it is, and is never taken for nothing.
/// </summary>
public sealed class DamageSweepTests(ITestOutputHelper output) : IDisposable
{
    private static readonly byte[] Patterns = [0x01, 0x20, 0x80, 0xFF];

    private readonly TemporaryStore _store = new(inMemory: true);
    private readonly List<string> _silent = [];
    private readonly List<string> _unhandled = [];
    private int _cases;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Damage_at_any_byte_of_any_file_is_an_error_that_leaves_the_file_as_it_is()
    {
        string value = TestKey.New();
        LlmConfiguration item = _store.Create("work", value);
        _store.Create("local");

        Sweep(_store.Paths.ConfigFile, bad => JudgeConfigFile(bad, item, value));
        Sweep(_store.Paths.Backup, JudgeBackup);
        Sweep(_store.VaultPaths.Header, _ => JudgeVault(item, value));
        Sweep(_store.MasterKeyFile, _ => JudgeVault(item, value));
        Sweep(_store.Sealed.Single(), _ => JudgeVault(item, value));
        SweepIntents(item, value);

        Figures.Print(output, $"damage cases: {_cases}, silent: {_silent.Count}, unhandled: {_unhandled.Count}");
        Assert.True(_silent.Count + _unhandled.Count == 0, string.Join('\n', _unhandled.Concat(_silent).Take(20)));
        Assert.Equal(value, _store.ReadKey(item.Id));
    }

    private static IEnumerable<(string What, byte[] Content)> Damages(byte[] good)
    {
        for (int length = 0; length < good.Length; length++)
        {
            yield return ($"cut off at {length}", good[..length]);
            foreach (byte pattern in Patterns)
            {
                byte[] bad = [.. good];
                bad[length] ^= pattern;
                yield return ($"byte {length} ^ {pattern:x2}", bad);
            }
        }
    }

    private void Sweep(string path, Func<byte[], string?> judge)
    {
        byte[] good = File.ReadAllBytes(path);
        foreach ((string what, byte[] bad) in Damages(good))
        {
            File.WriteAllBytes(path, bad);
            Check($"{Path.GetFileName(path)} {what}", () => judge(bad)
                ?? (File.ReadAllBytes(path).AsSpan().SequenceEqual(bad) ? null : "the file was changed"));
        }

        File.WriteAllBytes(path, good);
    }

    private void Check(string what, Func<string?> judge)
    {
        _cases++;
        try
        {
            if (judge() is { } problem)
            {
                _silent.Add($"{what}: {problem}");
            }
        }
        catch (Exception e)
        {
            _unhandled.Add($"{what}: {e}");
        }
    }

    private string? JudgeConfigFile(byte[] bad, LlmConfiguration item, string value)
    {
        LlmConfigErrorCode? expected = CodeOf(bad);
        int warnings = _store.Warnings.Count;
        LlmConfigErrorCode? read = CodeOf(() => Assert.Equal(2, _store.Open().GetAll().Count));
        int told = _store.Warnings.Count - warnings;
        if (expected is null)
        {
            return read is null && told == 0 ? null : $"a valid file was {read}, with {told} warnings";
        }

        // Reads serve the backup, whose key is there; writes refuse.
        bool served = expected == LlmConfigErrorCode.StoreCorrupt;
        if (read != (served ? null : expected) || told != (served ? 1 : 0))
        {
            return $"reading was {read}, with {told} warnings, instead of {expected}";
        }

        if (served && _store.ReadKey(item.Id) != value)
        {
            return "another key came back";
        }

        LlmConfigErrorCode? written = CodeOf(() => _store.Create("new", TestKey.New()));
        return written == expected ? null : $"writing was {written} instead of {expected}";
    }

    private string? JudgeBackup(byte[] bad)
    {
        int warnings = _store.Warnings.Count;
        if (CodeOf(() => Assert.Equal(2, _store.Open().GetAll().Count)) is { } code || _store.Warnings.Count != warnings)
        {
            return "a damaged backup disturbed a reader of the file";
        }

        string aside = Path.Combine(_store.Root, "aside");
        File.Move(_store.Paths.ConfigFile, aside);
        try
        {
            LlmConfigErrorCode? read = CodeOf(() => Assert.Equal(2, _store.Open().GetAll().Count));
            LlmConfigErrorCode? written = CodeOf(() => _store.Create("new", TestKey.New()));
            return (read is null) == (CodeOf(bad) is null) && written == LlmConfigErrorCode.StoreCorrupt && read is null or LlmConfigErrorCode.StoreCorrupt
                ? null
                : $"without the file, reading was {read} and writing {written}";
        }
        finally
        {
            File.Move(aside, _store.Paths.ConfigFile);
        }
    }

    private string? JudgeVault(LlmConfiguration item, string value)
    {
        LlmConfigErrorCode? read = CodeOf(() => Assert.Equal(value, _store.ReadKey(item.Id)));
        LlmConfigErrorCode? written = CodeOf(() =>
        {
            LlmConfiguration made = _store.Create("new", TestKey.New());
            Assert.Null(_store.Open().Remove([made.Id])[0].Error);
        });
        foreach (LlmConfigErrorCode? code in new[] { read, written })
        {
            // A change of one byte can make one protector's name another's.
            if (code is not (null or LlmConfigErrorCode.VaultCorrupt or LlmConfigErrorCode.VaultUnavailable or LlmConfigErrorCode.StoreVersionUnsupported))
            {
                return $"reading was {read}, writing {written}";
            }
        }

        return _store.Sealed.Length == 1 && _store.Intents.Length == 0 ? null : "something was left over";
    }

    private void SweepIntents(LlmConfiguration item, string value)
    {
        string path = Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json");
        var files = new StoreFileSystem();
        byte[] good = System.Text.Encoding.UTF8.GetBytes(
            $$"""{"version":1,"store":"{{_store.StoreId}}","keys":[{"vault":"LlmConfig","id":"{{item.KeyId}}"},{"vault":"LlmConfig","id":"{{TestKey.NewId()}}"}],"labels":[{"vault":"LlmConfig","id":"{{item.KeyId}}"}]}""");
        foreach ((string what, byte[] bad) in Damages(good))
        {
            // A new file each time: what is left of a lock on the last one does not reach it.
            File.Delete(path);
            File.WriteAllBytes(path, bad);
            Access.Restrict(path);
            Check($"intent {what}", () =>
            {
                int warnings = _store.Warnings.Count;
                _ = _store.Open().Recover();
                bool stays = File.Exists(path);
                return stays && !files.ReadFile(path, bad.Length)!.AsSpan().SequenceEqual(bad) ? "the file was changed"
                    : stays && _store.Warnings.Count == warnings ? "it stays, and nobody is told"
                    : !stays && !IsIntent(bad) ? "it was taken for finished"
                    : _store.Sealed.Length != 1 || _store.ReadKey(item.Id) != value ? "it cost a key"
                    : null;
            });
        }

        File.Delete(path);
    }

    // Not the core's own reader: whatever it makes of damage, it has to be an intent by the documented format to go.
    private static bool IsIntent(byte[] content)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(content);
            return json.RootElement.GetProperty("version").GetInt32() == 1
                && json.RootElement.GetProperty("store").TryGetGuid(out _)
                && json.RootElement.GetProperty("keys").EnumerateArray().All(key => TestKey.IsId(key.GetProperty("id").GetString()!));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    private static LlmConfigErrorCode? CodeOf(byte[] configFile)
    {
        try
        {
            _ = StoreDocument.Read(configFile);
            return null;
        }
        catch (StoreFormatException e)
        {
            return e.NewerVersion is null ? LlmConfigErrorCode.StoreCorrupt : LlmConfigErrorCode.StoreVersionUnsupported;
        }
    }

    private static LlmConfigErrorCode? CodeOf(Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (LlmConfigException e)
        {
            Refusal.AssertHasRemedy(e);
            return e.Code;
        }
    }
}
