using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>Changes and failures are told to the event source and to the log file, both the same, and neither ever holds a key.</summary>
[Collection(nameof(AloneCollection))]
public sealed class EventLogTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly string _canary = "sk-test-canary-" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    private string LogFile => Path.Combine(_store.Root, "log.jsonl");

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Each_change_is_one_event_in_the_source_and_one_line_in_the_file()
    {
        using var listener = new Listener(_store.Path);
        LiveThroughEverything();

        List<(string Name, string Data)> events = listener.Events;
        List<JsonElement> lines = Lines();
        Assert.Equal(events.Select(item => item.Name), lines.Select(line => line.GetProperty("event").GetString()));
        Assert.Equal(
            ["ConfigurationChanged", "ConfigurationCreated", "ConfigurationRemoved", "Failed", "KeyRemoved", "KeyWritten", "LabelWritten", "Repaired", "StoreChanged", "Warned"],
            events.Select(item => item.Name).Distinct().Order());
        for (int i = 0; i < lines.Count; i++)
        {
            string data = string.Join(' ', lines[i].GetProperty("data").EnumerateObject().Select(property => property.Value.ToString()));
            Assert.Equal(events[i].Data, $"{_store.Path} {data}");
            Assert.Equal(Environment.ProcessId, lines[i].GetProperty("process").GetInt32());
        }

        Assert.All(lines.Where(line => line.GetProperty("event").GetString() == "Failed"), line => Assert.True(Enum.TryParse<LlmConfigErrorCode>(line.GetProperty("data").GetProperty("code").GetString(), out _)));
        output.WriteLine($"events: {events.Count} of {events.Select(item => item.Name).Distinct().Count()} kinds, lines: {lines.Count}");
    }

    [Fact]
    public void Each_key_that_is_handed_out_is_an_event_with_the_program_and_its_command_and_without_the_key()
    {
        using LlmConfigRepository repository = _store.Open(options => options with { LogFile = LogFile, Command = "Get-LlmConfigKey" });
        using LlmConfigRepository library = _store.Open(options => options with { LogFile = LogFile });
        LlmConfiguration item = _store.Create("work", _canary);
        _store.Create("local");
        using var listener = new Listener(_store.Path);

        repository.GetKey(item.Id).Dispose();
        library.GetKey(item).Dispose();
        library.GetEnvironment(item.Id).Dispose();
        _ = library.GetAll();
        using (var vault = new SecretVault(StoreFolder.At(_store.Path), _store.Options with { LogFile = LogFile }))
        {
            vault.Read(item.KeyId!)!.Dispose();
        }

        Assert.Equal(["KeyRead", "KeyRead", "KeyRead", "KeyRead"], listener.Events.Select(item => item.Name));
        List<JsonElement> data = [.. Lines().Select(line => line.GetProperty("data"))];
        Assert.Equal(["Get-LlmConfigKey", "GetKey", "GetEnvironment", "Get-Secret"], data.Select(line => line.GetProperty("command").GetString()));
        Assert.Equal(("LlmConfig", item.KeyId), (Text(data[3], "vault"), Text(data[3], "keyId")));
        Assert.All(data[..3], line => Assert.Equal(
            ("LlmConfig", item.KeyId, item.Id.ToString("D"), "work", Path.GetFileNameWithoutExtension(Environment.ProcessPath)),
            (Text(line, "vault"), Text(line, "keyId"), Text(line, "id"), Text(line, "name"), Text(line, "program"))));
        Assert.DoesNotContain(_canary, File.ReadAllText(LogFile), StringComparison.Ordinal);

        static string? Text(JsonElement line, string property) => line.GetProperty(property).GetString();
    }

    [Fact]
    public void A_failure_that_passes_through_several_members_is_told_once()
    {
        using LlmConfigRepository repository = _store.Open(options => options with { LogFile = LogFile });
        string path = Path.Combine(_store.Root, "old.json");
        File.WriteAllText(path, """
            { "version": 1, "store": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "revision": 0, "configs": [
              { "id": "0f8fad5b-d9cb-469f-a165-70867728950e", "name": "az", "provider": "azure-openai", "useAuthHeader": true,
                "createdAt": "2026-11-24T08:15:00.000Z", "updatedAt": "2026-11-24T08:15:00.000Z" }] }
            """);
        using ImportSource source = ImportSource.FromFile(path);

        ImportPlan plan = repository.PlanImport(source.Items);
        ImportResult result = Assert.Single(repository.Import(plan.Steps));
        _ = repository.Import(plan.Steps);

        Assert.Equal(LlmConfigErrorCode.InvalidBaseUrl, result.Error!.Code);
        Assert.Equal(["Failed"], Lines().Select(line => line.GetProperty("event").GetString()));
    }

    [Fact]
    public void A_key_never_reaches_the_log()
    {
        using var listener = new Listener(_store.Path);
        LiveThroughEverything();

        string text = File.ReadAllText(LogFile) + string.Join('\n', listener.Events.Select(item => item.Data));
        foreach (string form in new[]
        {
            _canary, Convert.ToHexString(Encoding.UTF8.GetBytes(_canary)), Convert.ToBase64String(Encoding.UTF8.GetBytes(_canary))[..20],
        })
        {
            Assert.DoesNotContain(form, text, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("user:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_failure_is_one_event_however_many_members_it_passes()
    {
        using var listener = new Listener(_store.Path);

        Assert.Throws<LlmConfigException>(() => _store.Open().GetKey(Guid.NewGuid()));
        Assert.Throws<LlmConfigException>(() => _store.Open().Get("nobody"));

        Assert.Equal(["Failed", "Failed"], listener.Events.Select(item => item.Name));
    }

    [Fact]
    public void What_a_dead_process_left_is_told_when_it_is_finished()
    {
        _store.Create("work", TestKey.New());
        new IntentLog(_store.Path, new StoreFileSystem(), TestSeals.Of(_store.Path), TimeProvider.System, _ => { }).Begin(_store.StoreId, [new KeyReference("LlmConfig", TestKey.NewId())], []).Single().Dispose();
        using var listener = new Listener(_store.Path);

        _store.Open().Recover();

        Assert.Equal(["KeyRemoved", "ChangeFinished"], listener.Events.Select(item => item.Name));
    }

    [Fact]
    public void The_file_is_created_for_its_owner_alone()
    {
        LiveThroughEverything();

        Assert.True(Access.IsOfUserAlone(LogFile));
        Assert.Equal((byte)'\n', File.ReadAllBytes(LogFile)[^1]);
    }

    [UnixFact]
    public void A_file_that_cannot_be_written_costs_one_warning_and_no_change()
    {
        string elsewhere = Path.Combine(_store.Root, "elsewhere");
        File.WriteAllText(elsewhere, "somebody's");
        string link = Path.Combine(_store.Root, "link.jsonl");
        File.CreateSymbolicLink(link, elsewhere);
        string hard = Path.Combine(_store.Root, "hard.jsonl");
        Access.Link(elsewhere, hard);
        string folder = Directory.CreateDirectory(Path.Combine(_store.Root, "folder.jsonl")).FullName;
        string fifo = Path.Combine(_store.Root, "fifo.jsonl");
        Assert.Equal(0, ChildProcess.Run("mkfifo", [fifo]).Code);
        string nowhere = Path.Combine(_store.Root, "nowhere", "log.jsonl");
        string relative = $"relative-{Guid.NewGuid():N}.jsonl";
        foreach (string path in new[] { link, hard, folder, fifo, nowhere, relative, "/dev/full" })
        {
            int before = _store.Warnings.Count(warning => warning.Target == path);
            LlmConfigRepository repository = _store.Open(options => options with { LogFile = path });
            LlmConfiguration item = _store.Create("a", TestKey.New(), repository: repository);
            repository.Remove([item.Id]);
            _store.Open(options => options with { LogFile = path }).SetDefaultVault(null);

            Assert.Single(_store.Warnings, warning => warning.Target == path);
            Assert.Equal(0, before);
            Assert.Contains("log is not written", _store.Warnings.Single(warning => warning.Target == path).Message, StringComparison.Ordinal);
        }

        Assert.Equal("somebody's", File.ReadAllText(elsewhere));
        Assert.False(File.Exists(relative));
        Assert.Empty(_store.Open().GetAll());
    }

    [Fact]
    public void A_full_disk_costs_one_warning_and_no_change()
    {
        var files = new FullLog();

        LlmConfiguration item = _store.Create("a", TestKey.New(), repository: _store.Open(options => options with { LogFile = LogFile, Files = files }));

        Assert.Equal("a", _store.Open().Get(item.Id).Name);
        Assert.Single(_store.Warnings, warning => warning.Target == LogFile);
    }

    [Fact]
    public void A_wide_log_file_is_found_and_tightened_like_the_rest()
    {
        LiveThroughEverything();
        Access.LetOthersRead(LogFile);
        LlmConfigRepository repository = _store.Open(options => options with { LogFile = LogFile });

        Assert.Contains(repository.Check(), result => result.Check == "Permission" && result.Target == LogFile);
        Assert.Contains(repository.Repair(repository.PlanRepair(), _ => true), result => result.Target == LogFile && result.Changed);
        Assert.True(Access.IsOfUserAlone(LogFile));
    }

    [Fact]
    public void Whoever_says_nothing_takes_the_file_of_the_environment()
    {
        const string variable = LlmConfigOptions.LogVariable;
        string? before = Environment.GetEnvironmentVariable(variable);
        try
        {
            Environment.SetEnvironmentVariable(variable, LogFile);
            Assert.Equal(LogFile, new LlmConfigOptions().LogFile);
            Environment.SetEnvironmentVariable(variable, string.Empty);
            Assert.Null(new LlmConfigOptions().LogFile);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, before);
        }
    }

    [Fact]
    public void The_file_is_bounded_and_no_line_is_lost_or_torn_between_two_files()
    {
        const int limit = 64 * 1024;
        var log = new EventLogFile(LogFile, new StoreFileSystem(), TimeProvider.System, _store.Keep, limit);
        int written = 0;
        while (!File.Exists(LogFile + ".1") && written < limit)
        {
            log.Write(1, "Numbered", EventLevel.Informational, _store.Path, null, [("number", written++.ToString(CultureInfo.InvariantCulture))]);
        }

        Assert.InRange(new FileInfo(LogFile + ".1").Length, limit / 2, limit);
        Assert.Equal(Enumerable.Range(0, written), Lines(LogFile + ".1").Concat(Lines()).Select(line => int.Parse(line.GetProperty("data").GetProperty("number").GetString()!, CultureInfo.InvariantCulture)));
        Assert.True(Access.IsOfUserAlone(LogFile));
        for (int i = 0; i < 3 * written; i++)
        {
            log.Write(1, "Numbered", EventLevel.Informational, _store.Path, null, []);
            Assert.True(new FileInfo(LogFile).Length <= limit);
        }

        Assert.Equal(2, Directory.GetFiles(_store.Root, "log*").Length);
        output.WriteLine($"log: {4 * written} lines in two files of {limit / 1024} KiB at most");
    }

    [Fact]
    public void Several_processes_at_once_append_whole_lines()
    {
        const int processes = 4;
        const int each = 5;
        _store.Open().SetProtector(ProtectorKind.KeyFile);
        File.WriteAllText(_store.Path + ".go", string.Empty);
        var environment = new Dictionary<string, string?> { ["LLMCONFIG_TEST_KEY"] = "sk-test-log", [LlmConfigOptions.LogVariable] = LogFile, ["DBUS_SESSION_BUS_ADDRESS"] = null };
        List<Process> running = [.. Enumerable.Range(0, processes).Select(_ => ChildProcess.StartWorker("create", environment))];
        for (int number = 0; number < processes; number++)
        {
            for (int i = 0; i < each; i++)
            {
                running[number].StandardInput.WriteLine($"{_store.Path}\tc{number}-{i}\topenai");
            }

            running[number].StandardInput.Close();
        }

        foreach (Process process in running)
        {
            Assert.True(process.WaitForExit(60_000));
            process.Dispose();
        }

        List<JsonElement> lines = Lines();
        Assert.Equal(processes, lines.Select(line => line.GetProperty("process").GetInt32()).Distinct().Count());
        Assert.Equal(processes * each, lines.Count(line => line.GetProperty("event").GetString() == "ConfigurationCreated"));
        Assert.Equal(processes * each, lines.Count(line => line.GetProperty("event").GetString() == "KeyWritten"));
        output.WriteLine($"log: {lines.Count} lines of {processes} processes, torn: 0");
    }

    [Fact]
    public void Threads_that_rotate_at_once_lose_no_line()
    {
        const int threads = 8;
        const int each = 2000;
        const int limit = 256 * 1024;
        Thread[] writers = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            // A file system and a log of its own: what a process has.
            var log = new EventLogFile(LogFile, new StoreFileSystem(), TimeProvider.System, _store.Keep, limit);
            for (int i = 0; i < each; i++)
            {
                log.Write(1, "Numbered", EventLevel.Informational, _store.Path, null, [("number", $"{number}-{i}")]);
            }
        }))];
        Array.ForEach(writers, writer => writer.Start());
        Array.ForEach(writers, writer => writer.Join());

        // Lines older than two files are gone by design; each of the rest is whole, once, and in its writer's order.
        List<string> numbers = [.. Lines(LogFile + ".1").Concat(Lines()).Select(line => line.GetProperty("data").GetProperty("number").GetString()!)];
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.True(numbers.Count > 1000, $"{numbers.Count}");
        Assert.Empty(_store.Warnings);
        output.WriteLine($"log: {threads * each} lines written by {threads} writers, {numbers.Count} in the last two files, torn: 0, twice: 0");
    }

    [Fact]
    public void Who_finds_that_another_process_rotated_meanwhile_does_not_rotate_again()
    {
        const int limit = 4096;
        var first = new EventLogFile(LogFile, new StoreFileSystem(), TimeProvider.System, _store.Keep, limit);
        for (int i = 0; new FileInfo(LogFile) is not { Exists: true, Length: > limit - 250 }; i++)
        {
            first.Write(1, "Numbered", EventLevel.Informational, _store.Path, null, [("number", $"{i}")]);
        }

        long full = new FileInfo(LogFile).Length;
        var second = new EventLogFile(
            LogFile,
            new RotatedMeanwhile(() => first.Write(1, "Numbered", EventLevel.Informational, _store.Path, null, [("number", new string('x', 300))])),
            TimeProvider.System,
            _store.Keep,
            limit);

        second.Write(1, "Numbered", EventLevel.Informational, _store.Path, null, [("number", new string('y', 300))]);

        Assert.Equal(full, new FileInfo(LogFile + ".1").Length);
        Assert.Equal([new string('x', 300), new string('y', 300)], Lines().Select(line => line.GetProperty("data").GetProperty("number").GetString()));
    }

    [Fact]
    public void Who_opened_a_file_that_was_rotated_since_leaves_the_new_one_to_who_holds_it()
    {
        const int limit = 4096;
        var first = new EventLogFile(LogFile, new StoreFileSystem(), TimeProvider.System, _store.Keep, limit);
        void Fill(int lines) => Enumerable.Range(0, lines).ToList().ForEach(i =>
            first.Write(1, "Numbered", EventLevel.Informational, _store.Path, null, [("number", $"{i}")]));
        Fill(1);
        int lines = (int)(limit / new FileInfo(LogFile).Length);
        Fill(lines - 1);
        var other = new RotatedMeanwhile(() => Fill(lines));
        var second = new EventLogFile(LogFile, other, TimeProvider.System, _store.Keep, limit);

        // The other fills a new file meanwhile, and its lock is held: a third process is about to rotate it.
        other.Locked = LogFile;
        second.Write(1, "Numbered", EventLevel.Informational, _store.Path, null, [("number", new string('y', 300))]);
        other.Held!.Dispose();

        Assert.Empty(_store.Warnings);
        Assert.Equal(lines + 1, Lines().Count);
        Assert.Equal(lines, Lines(LogFile + ".1").Count);
    }

    [Fact]
    public void Nobody_listening_costs_next_to_nothing()
    {
        var log = new EventLog(_store.Path, null);
        var key = new KeyReference("LlmConfig", TestKey.NewId());
        const int calls = 1_000_000;
        log.KeyWritten(key, EventLog.Start());
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            log.KeyWritten(key, started);
        }

        double nanoseconds = Stopwatch.GetElapsedTime(started).TotalNanoseconds / calls;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 10_000);
        Assert.True(nanoseconds < 1000, $"{nanoseconds:0.0} ns");
        output.WriteLine($"event with nobody listening: {nanoseconds:0.0} ns, 0 bytes");
        Console.WriteLine($"event with nobody listening: {nanoseconds:0.0} ns, 0 bytes");
    }

    [Fact]
    public void The_event_source_has_the_documented_name_and_ids()
    {
        string document = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "events.md"));
        foreach (var method in typeof(LlmConfigEventSource).GetMethods().Where(method => method.GetCustomAttributes(typeof(EventAttribute), false).Length > 0))
        {
            var attribute = (EventAttribute)method.GetCustomAttributes(typeof(EventAttribute), false)[0];
            string payload = string.Join(", ", method.GetParameters().Skip(1).Select(parameter => $"`{parameter.Name}`"));
            Assert.Contains($"| {attribute.EventId} | `{method.Name}` | {attribute.Level} | {payload} |", document, StringComparison.Ordinal);
        }

        Assert.Equal("LlmConfig", LlmConfigEventSource.Log.Name);
        Assert.Null(LlmConfigEventSource.Log.ConstructionException);
    }

    // Every kind of change and many failures, each with the canary where a person could have put a key.
    private void LiveThroughEverything()
    {
        LlmConfigRepository repository = _store.Open(options => options with { LogFile = LogFile });
        using ApiKey key = ApiKey.From(_canary, "work");
        LlmConfiguration item = repository.Create(new NewConfiguration { Name = "work", Provider = "openai", Key = key });
        repository.Update(item.Id, new ConfigurationUpdate { NewName = "job" });
        repository.Update(item.Id, new ConfigurationUpdate { Key = key });
        repository.SetDefaultVault("LlmConfig");
        foreach (Action failure in new Action[]
        {
            () => repository.Create(new NewConfiguration { Name = "job", Provider = "openai", Key = key }),
            () => repository.Create(new NewConfiguration { Name = "x", Provider = _canary }),
            () => repository.Create(new NewConfiguration { Name = "x", Provider = "openai", BaseUrl = $"https://user:{_canary}@example.com" }),
            () => repository.Create(new NewConfiguration { Name = "x", Provider = "openai", BaseUrl = $"ftp://{_canary}" }),
            () => repository.Create(new NewConfiguration { Name = "x", Provider = "openai", Vault = _canary, Key = key }),
            () => repository.Get(_canary),
            () => repository.GetKey(Guid.NewGuid()),
            () => repository.SetDefaultVault(_canary),
            () => repository.SetProtector(ProtectorKind.Dpapi),
        })
        {
            Assert.Throws<LlmConfigException>(failure);
        }

        repository.Remove([item.Id]);
        repository.Create(new NewConfiguration { Name = "last", Provider = "ollama" });
        File.WriteAllText(_store.Paths.ConfigFile, "{" + _canary);
        repository.GetAll();
        Assert.Throws<LlmConfigException>(() => repository.Recover());
        Assert.NotEmpty(repository.Repair(repository.PlanRepair(), _ => true).ToList());
    }

    private List<JsonElement> Lines() => Lines(LogFile);

    private static List<JsonElement> Lines(string path) => [.. File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement.Clone())];

    private sealed class FullLog : StoreFileSystem
    {
        protected override void Append(Microsoft.Win32.SafeHandles.SafeFileHandle handle, ReadOnlySpan<byte> content) =>
            throw new IOException("No space left on device", 28);
    }

    /// <summary>Another process is faster, once, between the opening and the lock.</summary>
    private sealed class RotatedMeanwhile(Action other) : StoreFileSystem
    {
        private Action? _other = other;
        public Microsoft.Win32.SafeHandles.SafeFileHandle? Held { get; private set; }

        /// <summary>The file that the other holds from then on.</summary>
        public string? Locked { get; set; }

        protected override bool TryLock(Microsoft.Win32.SafeHandles.SafeFileHandle handle, bool exclusive)
        {
            Action? faster = _other;
            _other = null;
            faster?.Invoke();
            if (faster is not null && Locked is not null)
            {
                Held = Open(Locked, OpenFlags.ReadWrite)!;
                Assert.True(base.TryLock(Held, exclusive: true));
            }

            return base.TryLock(handle, exclusive);
        }
    }

    /// <summary>Hears the events of one store; other tests have stores of their own.</summary>
    private sealed class Listener(string store) : EventListener
    {
        private readonly List<(string Name, string Data)> _events = [];

        public List<(string Name, string Data)> Events
        {
            get
            {
                lock (_events)
                {
                    return [.. _events];
                }
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "LlmConfig")
            {
                EnableEvents(eventSource, EventLevel.Verbose);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            // The base class enables before this class's fields are there.
            if (_events is not null && eventData.Payload is [string at, ..] && at == store)
            {
                lock (_events)
                {
                    _events.Add((eventData.EventName!, string.Join(' ', eventData.Payload.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)))));
                }
            }
        }
    }
}
