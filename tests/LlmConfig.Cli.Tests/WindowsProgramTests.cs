using System.Diagnostics;
using System.Text;
using Xunit.Abstractions;

namespace LlmConfig.Cli.Tests;

/// <summary>Which program is run on Windows, and what it gets as arguments.</summary>
public sealed class WindowsProgramTests(ITestOutputHelper output) : IDisposable
{
    private const string WindowsOnly = "Windows only";

    private readonly string _folder = Directory.CreateTempSubdirectory("llmconfig-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("a\\\"b", "\"a\\\\\"\"b\"")]
    [InlineData("ends\\", "\"ends\\\\\"")]
    [InlineData("&calc&", "\"&calc&\"")]
    [InlineData("\"&calc&\"", "\"\"\"&calc&\"\"\"")]
    public void An_argument_of_a_batch_file_is_quoted_by_the_rules_of_Rust(string argument, string quoted) =>
        Assert.Equal($"/e:ON /v:OFF /d /c \"\"C:\\a b\\tool.cmd\" {quoted}\"", WindowsProgram.BatchLine("C:\\a b\\tool.cmd", [argument]));

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\r")]
    [InlineData("\0")]
    [InlineData("%PATH%")]
    public void An_argument_that_no_quotes_protect_is_refused(string argument) =>
        Assert.Contains("percent sign", Assert.Throws<ArgumentException>(() => WindowsProgram.BatchLine("tool.cmd", [argument])).Message, StringComparison.Ordinal);

    [SkippableFact]
    public void A_program_is_looked_for_in_the_folders_of_PATH_alone_by_the_order_of_PATHEXT()
    {
        Skip.IfNot(OperatingSystem.IsWindows(), WindowsOnly);
        string first = Folder("first", "tool", "tool.cmd"), second = Folder("second", "tool.exe", "tool.com", "other.v2.exe");
        Folder(string.Empty, "here.exe");
        string before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = _folder;
        try
        {
            Assert.Null(Find("here", first));
            Assert.Null(Find("here", ";.;\\"));
            Assert.Equal(Path.Combine(_folder, "here.EXE"), Find(".\\here", first));
            Assert.Equal(Path.Combine(first, "tool.CMD"), Find("tool", $"{first};{second}"));
            Assert.Equal(Path.Combine(second, "tool.COM"), Find("tool", $"\"{second}\";{first}"));
            Assert.Equal(Path.Combine(second, "tool.EXE"), Find("tool", second, ".VBS;.EXE;.COM"));
            Assert.Equal(Path.Combine(second, "tool.exe"), Find("tool.exe", $"{first};{second}"));
            Assert.Equal(Path.Combine(second, "other.v2.EXE"), Find("other.v2", second));
            Assert.Null(Find("tool", second, ".ps1;.vbs"));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }

        static string? Find(string program, string path, string endings = ".COM;.EXE;.BAT;.CMD;.VBS") =>
            WindowsProgram.Find(program, name => name == "PATH" ? path : endings);
    }

    [SkippableFact]
    public void Hostile_arguments_reach_a_batch_file_as_they_were_given_or_are_refused()
    {
        Skip.IfNot(OperatingSystem.IsWindows(), WindowsOnly);
        string batch = Path.Combine(_folder, "a b&c.cmd");
        string worker = Path.Combine(AppContext.BaseDirectory, "LlmConfig.Worker.dll");
        File.WriteAllText(batch, $"@echo off\r\n\"{WindowsProgram.Find("dotnet", Environment.GetEnvironmentVariable)}\" \"{worker}\" arguments %*\r\n");
        string[] parts = ["\"", "&", "|", "<", ">", "^", "!", "(", ")", "\\", " ", "\t", "'", "`", "=", ",", ";", "%PATH%", "!CD!", "&echo x>owned", "\"&echo x>owned&\"", "größe", "\n", "%*", "*", "?", "--", "^\"", "a"];
        int seed = Environment.TickCount, given = 0, refused = 0;
        var random = new Random(seed);
        for (int number = 0; number < TestScale.Of(50); number++)
        {
            string[] arguments = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => parts[random.Next(parts.Length)])))];
            ProcessStartInfo? start = null;
            try
            {
                start = WindowsProgram.Prepare([batch, .. arguments])!;
            }
            catch (ArgumentException)
            {
                Assert.Contains(arguments, argument => argument.AsSpan().IndexOfAny('\n', '%') >= 0);
                refused++;
                continue;
            }

            start.RedirectStandardOutput = true;
            start.WorkingDirectory = _folder;
            using Process process = Process.Start(start)!;
            string[] got = [.. process.StandardOutput.ReadToEnd().Split("\r\n").SkipLast(1).Select(line => Encoding.Unicode.GetString(Convert.FromHexString(line)))];
            process.WaitForExit();
            Assert.True(arguments.SequenceEqual(got), $"seed {seed}: [{string.Join("] [", arguments)}] arrived as [{string.Join("] [", got)}]; {start.Arguments}");
            Assert.Equal([Path.GetFileName(batch)], Directory.GetFiles(_folder).Select(Path.GetFileName));
            given++;
        }

        Figures.Print(output, $"batch arguments: {given + refused} vectors, {given} arrived as given, {refused} refused, differences: 0");
    }

    private string Folder(string name, params string[] files)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        Array.ForEach(files, file => File.WriteAllText(Path.Combine(folder, file), string.Empty));
        return folder;
    }
}
