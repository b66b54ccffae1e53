using System.Runtime.InteropServices;
using System.Security;
using static LlmConfig.Shell.Tests.FakeConsole;

namespace LlmConfig.Shell.Tests;

public class LineEditorTests
{
    public static TheoryData<string, ConsoleKey, bool, string> Edits => new()
    {
        { "abc", ConsoleKey.Backspace, false, "abX" },
        { "abc", ConsoleKey.A, true, "Xabc" },
        { "abc", ConsoleKey.Home, false, "Xabc" },
        { "abc", ConsoleKey.LeftArrow, false, "abXc" },
        { "abc", ConsoleKey.U, true, "X" },
        { "one two", ConsoleKey.W, true, "one X" },
        { "abc", ConsoleKey.Escape, false, "X" },
        { "abc", ConsoleKey.E, true, "abcX" },
        { "a😀", ConsoleKey.Backspace, false, "aX" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void Keys_edit_the_line_as_people_expect(string typed, ConsoleKey key, bool control, string expected)
    {
        var console = new FakeConsole([.. Typed(typed), control ? Control(key) : Key(key), .. Typed("X\r")]);
        Assert.Equal(expected, Read(console));
        Assert.False(console.ControlCIsKey);
    }

    [Fact]
    public void Control_K_and_Delete_remove_what_follows()
    {
        var console = new FakeConsole([.. Typed("abcd"), Control(ConsoleKey.A), Key(ConsoleKey.Delete), Key(ConsoleKey.RightArrow), Control(ConsoleKey.K), .. Typed("\r")]);
        Assert.Equal("b", Read(console));
    }

    [Fact]
    public void The_arrows_go_through_the_history_and_come_back_to_what_was_being_typed()
    {
        var history = new LineHistory();
        history.Add("first");
        history.Add("second");
        Assert.Equal("first", Read(new FakeConsole([Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow), .. Typed("\r")]), history));
        Assert.Equal("draft", Read(new FakeConsole([.. Typed("draft"), Key(ConsoleKey.UpArrow), Key(ConsoleKey.DownArrow), .. Typed("\r")]), history));
    }

    [Fact]
    public void An_incomplete_statement_goes_on_with_another_line()
    {
        var console = new FakeConsole([.. Typed("if (1) {\r2\r}\r")]);
        var editor = new LineEditor(console, console.Out);
        Assert.Equal("if (1) {\n2\n}", editor.Read(new LineRequest("> ") { IsComplete = StatementCompleteness.IsComplete }));
        Assert.Contains(">> 2", console.Written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tab_completes_what_is_shared_lists_the_choice_and_then_goes_through_it()
    {
        static LineCompletions Offer(string text, int cursor) =>
            text.StartsWith("Set", StringComparison.Ordinal) ? new(0, cursor, ["Set-A"], ["Set-A"]) : new(0, cursor, ["Get-Alpha", "Get-Beta"], ["Get-Alpha", "Get-Beta"]);

        Assert.Equal("Set-A", Read(new FakeConsole([.. Typed("Set"), Key(ConsoleKey.Tab), .. Typed("\r")]), complete: Offer));
        var console = new FakeConsole([.. Typed("g"), Key(ConsoleKey.Tab), .. Typed("\r")]);
        Assert.Equal("Get-", Read(console, complete: Offer));
        Assert.Contains("Get-Alpha  Get-Beta", console.Written.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            "Get-Beta",
            Read(new FakeConsole([.. Typed("g"), Key(ConsoleKey.Tab), Key(ConsoleKey.Tab), Key(ConsoleKey.Tab), .. Typed("\r")]), complete: Offer));
    }

    [Fact]
    public void Control_D_leaves_an_empty_line_only()
    {
        Assert.Null(Read(new FakeConsole(Control(ConsoleKey.D))));
        Assert.Equal("a", Read(new FakeConsole([.. Typed("a"), Control(ConsoleKey.D), .. Typed("\r")])));
    }

    [Fact]
    public void Control_C_drops_the_line()
    {
        var console = new FakeConsole([.. Typed("abc"), Control(ConsoleKey.C)]);
        Assert.Throws<OperationCanceledException>(() => Read(console));
        Assert.False(console.ControlCIsKey);
    }

    [Fact]
    public void A_line_that_fills_the_window_is_drawn_on_the_next_row()
    {
        var console = new FakeConsole([.. Typed("12345678"), Key(ConsoleKey.Home), .. Typed("\r")]) { Width = 10 };
        Assert.Equal("12345678", Read(console));
        // From the start of the second row, one row up and behind the prompt.
        Assert.Contains("12345678\r\n\u001b[1A\r\u001b[2C", console.Written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_shown_as_asterisks_and_can_be_corrected()
    {
        var console = new FakeConsole([.. Typed("wrong"), Control(ConsoleKey.U), .. Typed("sk-xy"), Key(ConsoleKey.Backspace), .. Typed("z\r")]);
        using SecureString secret = new SecretReader(console, console.Out).Read();
        Assert.Equal("sk-xz", Reveal(secret));
        Assert.All(console.Written.ToString(), character => Assert.Contains(character, "*\b \r\n"));
    }

    [Fact]
    public void Control_C_gives_up_a_secret()
    {
        var console = new FakeConsole([.. Typed("sk"), Control(ConsoleKey.C)]);
        Assert.Throws<OperationCanceledException>(() => new SecretReader(console, console.Out).Read());
    }

    private static string? Read(
        FakeConsole console, LineHistory? history = null, Func<string, int, LineCompletions?>? complete = null) =>
        new LineEditor(console, console.Out).Read(new LineRequest("> ") { History = history, Complete = complete });

    private static string Reveal(SecureString secret)
    {
        nint text = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            return Marshal.PtrToStringUni(text)!;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
        }
    }
}
