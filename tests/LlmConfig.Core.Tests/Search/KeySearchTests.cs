using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LlmConfig.Tests;

/// <summary>Keys of configurations in files: each place is found, and nothing that is no key.</summary>
public sealed class KeySearchTests : IDisposable
{
    private readonly SearchedFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{0}", "1:1")]
    [InlineData("{0}\n", "1:1")]
    [InlineData("# first\r\nOPENAI_API_KEY={0}\r\nlast", "2:16")]
    [InlineData("a\n\nlast line {0}", "3:11")]
    [InlineData("{{\"key\": \"{0}\"}}", "1:10")]
    [InlineData("export KEY='{0}';", "1:13")]
    [InlineData("curl -H \"Authorization: Bearer {0}\" https://example.com", "1:32")]
    [InlineData("https://example.com/?api-key={0}&x=1", "1:30")]
    [InlineData("wordbefore{0}wordbehind", "1:11")]
    [InlineData("é日本😀 {0}", "1:6")]
    [InlineData("[\"a = '{0}'\\n\", \"b\"]", "1:8")]
    public void A_key_is_found_wherever_it_stands(string text, string place)
    {
        string key = _folder.NewKey("work");
        _folder.Write("notes.txt", string.Format(null, text, key));
        Assert.Equal([$"work notes.txt:{place}"], _folder.Places());
    }

    [Fact]
    public void Each_of_several_places_is_found()
    {
        string key = _folder.NewKey("work");
        string other = _folder.NewKey("other");
        _folder.Write("b/.env", $"A={key}\nB={other} {key}\n{key}{other}");
        _folder.Write("a.txt", key);
        Assert.Equal(
            ["work a.txt:1:1", "work b/.env:1:3", "other b/.env:2:3", $"work b/.env:2:{4 + other.Length}", "work b/.env:3:1", $"other b/.env:3:{1 + key.Length}"],
            _folder.Places());
        Assert.Equal(["other b/.env:2:3", $"other b/.env:3:{1 + key.Length}"], _folder.Places("other"));
    }

    [Fact]
    public void Configurations_with_the_same_key_are_both_named()
    {
        string key = _folder.NewKey("one");
        _folder.NewKey("two", key);
        _folder.Write("x", key);
        Assert.Equal(["one x:1:1", "two x:1:1"], _folder.Places());
    }

    [Fact]
    public void A_key_that_another_one_ends_with_is_named_too()
    {
        string key = _folder.NewKey("short");
        _folder.NewKey("long", "prefix-" + key);
        _folder.Write("x", $"prefix-{key}");
        Assert.Equal(["long", "short"], _folder.Find().Select(found => found.Name).Order());
    }

    [Fact]
    public void What_is_near_a_key_is_none()
    {
        string key = _folder.NewKey("work");
        for (int i = 1; i < key.Length; i++)
        {
            char[] wrong = key.ToCharArray();
            wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
            _folder.Write($"near/{i}", new string(wrong));
            _folder.Write($"prefix/{i}", key[..i] + "\n" + key[i..]);
            _folder.Write($"suffix/{i}", key[(i + 1)..]);
        }

        _folder.Write("upper", key.ToUpperInvariant());
        _folder.Write("empty", string.Empty);
        Assert.Empty(_folder.Places());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_key_in_UTF16_is_found_once_in_either_byte_order_with_and_without_a_mark(bool isBig, bool hasMark)
    {
        string key = _folder.NewKey("work");
        var encoding = new UnicodeEncoding(isBig, hasMark);
        _folder.Write("transcript", $"first\r\nGurmukhi \u0A05\u0A0A 😀 {key}\r\n{key} \r\n", encoding);
        _folder.Write("only", key, encoding);
        Assert.Equal(["work only:1:1", "work transcript:2:15", "work transcript:3:1"], _folder.Places());
    }

    [Fact]
    public void A_mark_of_UTF8_is_no_character()
    {
        string key = _folder.NewKey("work");
        _folder.Write("x", key, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(["work x:1:1"], _folder.Places());
    }

    [Fact]
    public void A_key_in_UTF16_within_other_bytes_is_found_at_odd_places_too()
    {
        string key = _folder.NewKey("work");
        _folder.Write("database", [1, 2, 3, .. Encoding.Unicode.GetBytes(key), 4, .. Encoding.BigEndianUnicode.GetBytes(key), 255]);
        Assert.Equal(2, _folder.Find().Count);
    }

    [Fact]
    public void A_key_with_special_characters_is_found_as_JSON_and_URLs_write_it()
    {
        const string key = "sk-test/with+signs=and&more'\"\\<end>";
        _folder.NewKey("odd", key);
        _folder.Write("01", JsonSerializer.Serialize(key));
        _folder.Write("02", $"\"{JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");
        _folder.Write("03", "\"sk-test\\/with+signs=and&more'\\\"\\\\<end>\"");
        _folder.Write("04", Uri.EscapeDataString(key));
        _folder.Write("05", Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal));
        _folder.Write("06", Regex.Replace(Uri.EscapeDataString(key), "%..", escape => escape.Value.ToLowerInvariant()));
        _folder.Write("07", JsonSerializer.Serialize(key), new UnicodeEncoding(false, true));
        _folder.Write("08", key);
        Assert.Equal(["01", "02", "03", "04", "05", "06", "07", "08"], _folder.Find().Select(found => Path.GetFileName(found.Path)));
    }

    [Fact]
    public void A_key_across_the_border_of_two_pieces_is_found_once_and_in_its_line()
    {
        string key = _folder.NewKey("work");
        const int piece = 256 * 1024;
        var expected = new List<string>();
        for (int shift = -2 * key.Length; shift <= key.Length; shift++)
        {
            byte[] text = new byte[piece + 1000];
            Array.Fill(text, (byte)'.');
            for (int at = 99; at < text.Length; at += 100)
            {
                text[at] = (byte)'\n';
            }

            // A piece is as long as two keys in UTF-16 above this.
            int start = piece + (4 * key.Length) + shift;
            Encoding.ASCII.GetBytes(key).CopyTo(text, start);
            _folder.Write($"{shift + 100:D3}", text);
            expected.Add($"work {shift + 100:D3}:{1 + text.AsSpan(0, start).Count((byte)'\n')}:{start - text.AsSpan(0, start).LastIndexOf((byte)'\n')}");
        }

        Assert.Equal(expected, _folder.Places());
    }

    [Fact]
    public void A_line_that_is_longer_than_a_piece_has_a_column_too()
    {
        string key = _folder.NewKey("work");
        _folder.Write("line", new string('é', 1_000_000) + key);
        _folder.Write("wide", new string('é', 1_000_000) + key, new UnicodeEncoding(true, true));
        Assert.Equal(["work line:1:1000001", "work wide:1:1000001"], _folder.Places());
    }

    [Fact]
    public void Keys_at_random_places_of_50_MB_are_all_found_and_no_others()
    {
        List<string> keys = [.. Enumerable.Range(0, 20).Select(index => _folder.NewKey($"c{index}"))];
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var expected = new List<string>();
        const string letters = "abcdefghijklmnopqrstuvwxyz0123456789-_ \"=\n";
        for (int file = 0; file < 10; file++)
        {
            byte[] text = new byte[TestScale.Of(5_000_000)];
            random.NextBytes(text);
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (byte)letters[text[i] % letters.Length];
            }

            // Apart from each other, so that none overwrites another.
            for (int at = random.Next(1000); at + 100 < text.Length; at += 1000 + random.Next(500_000))
            {
                int key = random.Next(keys.Count);
                Encoding.ASCII.GetBytes(keys[key]).CopyTo(text, at);
                int line = 1 + text.AsSpan(0, at).Count((byte)'\n');
                expected.Add($"c{key} {file}:{line}:{at - text.AsSpan(0, at).LastIndexOf((byte)'\n')}");

                // One character off, right behind it.
                Encoding.ASCII.GetBytes(keys[key][..^1] + "!").CopyTo(text, at + 100 - keys[key].Length);
            }

            _folder.Write($"{file}", text);
        }

        Assert.True(expected.SequenceEqual(_folder.Places()), $"seed {seed}");
    }

    [Fact]
    public void A_short_key_is_not_searched_for_and_a_warning_says_so()
    {
        _folder.NewKey("tiny", "secret7");
        _folder.NewKey("eight", "secret78");
        using (ApiKey word = ApiKey.From("lm-studio", null))
        using (ApiKey long16 = ApiKey.From("local-key-of-16c", null))
        {
            LlmConfigRepository repository = _folder.Store.Open();
            repository.Create(new NewConfiguration { Name = "word", Provider = "ollama", Key = word });
            repository.Create(new NewConfiguration { Name = "local", Provider = "ollama", Key = long16 });
        }

        _folder.Write("x", "secret78 lm-studio local-key-of-16c");
        Assert.Equal(["eight", "local"], _folder.Find().Select(found => found.Name));
        Assert.Equal(
            ["The key of 'tiny' was not searched for: it is shorter than 8 characters", "The key of 'word' was not searched for: it is shorter than 16 characters"],
            _folder.Store.Warnings.Select(warning => warning.Message.Split(',')[0]).Where(text => text.Contains("searched", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_store_without_keys_has_nothing_to_search_for_and_says_so()
    {
        _folder.Store.Create("keyless");
        Assert.Empty(_folder.Find());
        Assert.Contains("There is no key to search for.", _folder.Store.Warnings.Select(warning => warning.Message));
    }

    [Fact]
    public void Keys_of_a_vault_that_is_locked_are_a_warning_that_asks_it_once_and_the_others_are_found()
    {
        int asked = 0;
        var locked = new FakeVault("Locked");
        LlmConfigOptions WithVault(LlmConfigOptions options) => options with { Vaults = new FakeVaults(locked) };
        using LlmConfigRepository repository = _folder.Store.Open(WithVault);
        string far = TestKey.New();
        _folder.Store.Create("far", far, "Locked", repository);
        _folder.Store.Create("farther", TestKey.New(), "Locked", repository);
        string near = _folder.NewKey("near");
        _folder.Write("x", far + near);
        Assert.Equal(["far", "near"], repository.FindKeys([_folder.Path]).Select(found => found.Name));
        locked.Before = (operation, _) =>
        {
            asked++;
            throw new LlmConfigException(LlmConfigErrorCode.VaultLocked, "Locked", "The vault is locked.", "Unlock it.");
        };
        Assert.Equal(["near"], repository.FindKeys([_folder.Path]).Select(found => found.Name));
        Assert.Equal(1, asked);
        Assert.Equal("The keys of 'far', 'farther' were not searched for: The vault is locked.", _folder.Store.Warnings[^1].Message);
        LlmConfigException error = Assert.Throws<LlmConfigException>(() => repository.FindKeys([_folder.Path], [repository.Get("far").Id]).ToList());
        Assert.Equal(LlmConfigErrorCode.VaultLocked, error.Code);
    }

    [Fact]
    public void A_key_that_its_vault_lost_is_a_warning_and_the_others_are_found()
    {
        string key = _folder.NewKey("here");
        string lost = _folder.NewKey("lost");
        LlmConfigRepository repository = _folder.Store.Open();
        repository.BuiltIn.Remove(repository.Get("lost").KeyId!, CancellationToken.None);
        _folder.Write("x", key + lost);
        Assert.Equal(["here x:1:1"], _folder.Places());
        Assert.Contains(_folder.Store.Warnings, warning => warning.Message.StartsWith("The key of 'lost' was not searched for: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_whose_host_was_changed_by_hand_is_searched_for_all_the_same()
    {
        string key = _folder.NewKey("work");
        string text = File.ReadAllText(_folder.Store.Paths.ConfigFile);
        Assert.Contains("https://api.openai.com", text, StringComparison.Ordinal);
        foreach (string file in new[] { _folder.Store.Paths.ConfigFile, _folder.Store.Paths.Backup })
        {
            File.WriteAllText(file, text.Replace("https://api.openai.com", "https://api.example.com", StringComparison.Ordinal));
        }

        _folder.Write("x", key);
        Assert.Equal(["work x:1:1"], _folder.Places());
    }

    [Fact]
    public void Whoever_searches_is_an_event_and_keys_are_in_none()
    {
        string log = Path.Combine(_folder.Store.Root, "log.jsonl");
        string key = _folder.NewKey("work");
        _folder.Write("x", key);
        using LlmConfigRepository repository = _folder.Store.Open(options => options with { LogFile = log });
        Assert.Single(repository.FindKeys([_folder.Path]).ToList());
        string events = File.ReadAllText(log);
        Assert.Contains("\"KeyRead\"", events, StringComparison.Ordinal);
        Assert.Contains("FindKeys", events, StringComparison.Ordinal);
        Assert.DoesNotContain(key, events, StringComparison.Ordinal);
    }
}
