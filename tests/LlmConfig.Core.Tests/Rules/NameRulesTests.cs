namespace LlmConfig.Tests;

public sealed class NameRulesTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public static TheoryData<string> BadNames =>
    [
        "", "   ", "\t", "\u00A0", new string('a', 101), "two\nlines", "trailing\n", "esc\u001B[31m", "nul\0", "del\u007F", "c1\u0085x",
        "rtl\u202Eoverride", "lre\u202A", "isolate\u2066", "mark\u200E", "zero\u200Bwidth", "word\u2060joiner", "bom\uFEFF", "soft\u00ADhyphen",
        "\u3164", " \uFE0F\u034F ", "\u2800\u115F\uFFA0", "line\u2028separator", "paragraph\u2029separator", "tag\U000E0041", "half\uD800", "\uDC00half", "replacement\uFFFD",
        "0f8fad5bd9cb469fa16570867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e", "{0F8FAD5B-D9CB-469F-A165-70867728950E}",
        "(0f8fad5b-d9cb-469f-a165-70867728950e)", " 0f8fad5b-d9cb-469f-a165-70867728950e ",
        "{0x0f8fad5b,0xd9cb,0x469f,{0xa1,0x65,0x70,0x86,0x77,0x28,0x95,0x0e}}",
    ];

    public static TheoryData<string> GoodNames =>
    [
        "a", new string('a', 100), "Team Azure (EU)", "Größe", "名前", "family \U0001F468\u200D\U0001F469\u200D\U0001F467", "a'b\"c;d/e\\f", "*",
        "0f8fad5b-d9cb-469f-a165-70867728950", "null", "..", "-name",
    ];

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(BadNames), DisableDiscoveryEnumeration = true)]
    public void A_bad_name_is_refused_on_creation_and_nothing_is_created(string name)
    {
        using ApiKey key = ApiKey.From(TestKey.New(), "x");
        LlmConfigException error = Refusal.Of(
            _store, LlmConfigErrorCode.InvalidName, DisplayText.Of(name), () => Create(name, key));

        Assert.False(Directory.Exists(_store.Path));
        AssertPrints(error.Message);
        AssertPrints(error.Target!);
    }

    [Theory]
    [InlineData("\u200D")]
    [InlineData("\u200C \u200D")]
    public void A_name_of_joiners_alone_is_refused(string name) =>
        Refusal.Of(_store, LlmConfigErrorCode.InvalidName, name, () => _store.Create(name));

    [Theory]
    [MemberData(nameof(BadNames), DisableDiscoveryEnumeration = true)]
    public void A_bad_name_is_refused_on_renaming_and_the_store_stays_byte_for_byte(string name)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());

        Refusal.Of(
            _store,
            LlmConfigErrorCode.InvalidName,
            DisplayText.Of(name),
            () => _store.Open().Update(item.Id, new ConfigurationUpdate { NewName = name }));
    }

    [Theory]
    [MemberData(nameof(GoodNames), DisableDiscoveryEnumeration = true)]
    public void A_good_name_comes_back_from_the_file_as_it_was_given(string name)
    {
        LlmConfiguration item = Create(name, null);

        Assert.Equal(name, item.Name);
        Assert.Equal(name, _store.Open().Get(name).Name);
        Assert.Equal(name, StoreDocument.Read(File.ReadAllBytes(_store.Paths.ConfigFile)).Configurations[0].Name);
    }

    [Fact]
    public void A_null_name_is_refused() => Refusal.Of(_store, LlmConfigErrorCode.InvalidName, null, () => Create(null!, null));

    [Fact]
    public void A_name_is_kept_trimmed_and_found_without_regard_to_case_and_spaces()
    {
        LlmConfiguration item = Create("  Work \u00A0", null);

        Assert.Equal("Work", item.Name);
        Assert.Equal(item.Id, _store.Open().Get(" wORK ").Id);
    }

    [Theory]
    [InlineData("work")]
    [InlineData("WORK")]
    [InlineData("  Work ")]
    [InlineData("work\u200D")]
    [InlineData("w\u3164ork")]
    [InlineData("\uFE0Fwork")]
    public void A_duplicate_in_another_case_or_with_spaces_is_refused(string name)
    {
        _store.Create("Work", TestKey.New());
        using ApiKey key = ApiKey.From(TestKey.New(), "x");

        LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.DuplicateName, name.Trim(), () => Create(name, key));

        Assert.Contains("'Work'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Renaming_to_another_configurations_name_is_refused_and_to_another_case_of_ones_own_is_not()
    {
        _store.Create("other");
        LlmConfiguration item = _store.Create("work", TestKey.New());

        Refusal.Of(
            _store,
            LlmConfigErrorCode.DuplicateName,
            "OTHER",
            () => _store.Open().Update(item.Id, new ConfigurationUpdate { NewName = " OTHER" }));
        Assert.Equal("WORK", _store.Open().Update(item.Id, new ConfigurationUpdate { NewName = "WORK" }).Name);
    }

    [Fact]
    public void Names_are_compared_the_same_way_in_every_culture()
    {
        System.Globalization.CultureInfo before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.GetCultureInfo("tr-TR");
            Create("IBIZA", null);

            Assert.Equal("IBIZA", _store.Open().Get("ibiza").Name);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_name_or_id_that_is_not_there_is_NotFound()
    {
        _store.Create("work");
        var id = Guid.NewGuid();

        Refusal.Of(_store, LlmConfigErrorCode.NotFound, "home\\u{A}", () => _store.Open().Get("home\n"));
        Refusal.Of(_store, LlmConfigErrorCode.NotFound, id.ToString("D"), () => _store.Open().Get(id));
        Refusal.Of(_store, LlmConfigErrorCode.NotFound, id.ToString("D"), () => _store.Open().GetKey(id));
        Refusal.Of(_store, LlmConfigErrorCode.NotFound, id.ToString("D"), () => _store.Open().Update(id, new ConfigurationUpdate { Model = "m" }));
        Refusal.Of(_store, LlmConfigErrorCode.NotFound, null, () => _store.Open().RequireDefault());
        Assert.Equal(LlmConfigErrorCode.NotFound, _store.Open().Remove([id])[0].Error!.Code);
    }

    private static void AssertPrints(string text) =>
        Assert.DoesNotContain(text, c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format);

    private LlmConfiguration Create(string name, ApiKey? key) =>
        _store.Open().Create(new NewConfiguration { Name = name, Provider = "openai", Key = key });
}
