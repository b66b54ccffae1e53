namespace LlmConfig.Tests;

public sealed class NewConfigurationQuestionsTests : IDisposable
{
    private const string OpenAiKey = "*API key of OpenAI (not shown; Enter to set it later)";
    private const string Provider = "Provider (number or id; ? lists them)";
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Everything_that_was_not_given_is_asked_for_once_and_the_key_last_and_unseen()
    {
        var person = new ScriptedPrompter(" work ", "anthropic", "", "claude-sonnet-4-5", "sk-ant-test-4711");

        NewConfiguration made = Complete(person);

        Assert.Equal(["Name", Provider, "Base URL [https://api.anthropic.com]", "Model (Enter for none)", "*API key of Anthropic (not shown; Enter to set it later)"], person.Questions);
        Assert.Equal(("work", "anthropic", "", "claude-sonnet-4-5"), (made.Name, made.Provider, made.BaseUrl, made.Model));
        Assert.Equal("sk-ant-test-4711", made.Key!.ToPlainText());
        Assert.False(Directory.Exists(_store.Folder));
    }

    [Fact]
    public void The_providers_are_listed_with_their_numbers_and_every_number_and_id_means_its_provider()
    {
        for (int i = 0; i < LlmProviderCatalog.All.Count; i++)
        {
            LlmProvider provider = LlmProviderCatalog.All[i];
            foreach (string answer in new[] { $"{i + 1}", $" {provider.Id.ToUpperInvariant()} " })
            {
                var person = new ScriptedPrompter("a", answer, "https://mine.example/v1", "", "sk-test-any");

                Assert.Equal(provider.Id, Complete(person).Provider);
                Assert.Matches($"(?m)^ +{i + 1}  {provider.Id} +{System.Text.RegularExpressions.Regex.Escape(provider.DisplayName)}$", person.Messages[1]);
            }
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("21")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("opnai")]
    [InlineData("sk-test-pasted-by-mistake")]
    public void A_wrong_provider_is_explained_and_asked_for_again_without_repeating_what_could_be_a_key(string wrong)
    {
        var person = new ScriptedPrompter("work", wrong, "openai", "", "", "sk-test-any");

        Assert.Equal("openai", Complete(person).Provider);
        Assert.Equal(2, person.Questions.Count(question => question.StartsWith("Provider", StringComparison.Ordinal)));
        Assert.Contains("Get-LlmProvider lists them", person.Messages[2], StringComparison.Ordinal);
        Assert.DoesNotContain("pasted", person.Messages[2], StringComparison.Ordinal);
        Assert.Equal(wrong == "opnai", person.Messages[2].Contains("Did you mean 'openai'?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("taken")]
    [InlineData(" TAKEN ")]
    [InlineData("esc\u001b[31m")]
    [InlineData("0b8e9f3c-1d2e-4f5a-8b6c-7d8e9f0a1b2c")]
    public void A_wrong_name_is_explained_and_asked_for_again(string wrong)
    {
        using LlmConfigRepository repository = Open();
        repository.Create(new NewConfiguration { Name = "taken", Provider = "ollama" });
        var person = new ScriptedPrompter(wrong, "work", "ollama", "", "", "");

        Assert.Equal("work", Complete(person).Name);
        Assert.Equal(["Name", "Name"], person.Questions[..2]);
        Assert.NotEmpty(person.Messages[1]);
        Assert.DoesNotContain('\u001b', person.Messages[1]);
    }

    [Theory]
    [InlineData("openai", "ftp://x", "https://gateway.example/v1")]
    [InlineData("openai", "http://10.0.0.1/v1", "")]
    [InlineData("azure-openai", "", "https://team.openai.azure.com/openai/v1")]
    [InlineData("openai-compatible", "llm.example.com", "http://localhost:8080")]
    public void A_wrong_base_url_is_explained_and_asked_for_again(string provider, string wrong, string right)
    {
        var person = new ScriptedPrompter("work", provider, wrong, right, "", "sk-test-any");

        Assert.Equal(right, Complete(person).BaseUrl);
        Assert.Equal(2, person.Questions.Count(question => question.StartsWith("Base URL", StringComparison.Ordinal)));
        LlmProvider entry = LlmProviderCatalog.Find(provider)!;
        Assert.Contains(entry.DefaultBaseUrl is null ? $"(such as {entry.BaseUrlExample})" : $"[{entry.DefaultBaseUrl}]", person.Questions[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_model_and_a_wrong_key_are_explained_and_asked_for_again()
    {
        var person = new ScriptedPrompter("work", "openai", "", "bell\u0007", "gpt-5", "two\nlines", "sk-test-any");

        NewConfiguration made = Complete(person);

        Assert.Equal("gpt-5", made.Model);
        Assert.Equal("sk-test-any", made.Key!.ToPlainText());
        Assert.Equal(["Model (Enter for none)", "Model (Enter for none)", OpenAiKey, OpenAiKey], person.Questions[3..]);
        Assert.DoesNotContain(person.Messages, message => message.Contains("two", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_may_be_left_out()
    {
        var person = new ScriptedPrompter("work", "openai", "", "", "");
        Assert.Null(Complete(person).Key);
        Assert.Equal([OpenAiKey], person.Questions[4..]);

        var local = new ScriptedPrompter("local", "ollama", "", "", "");
        Assert.Null(Complete(local).Key);
        Assert.Equal(["*API key (not shown; Enter for none)"], local.Questions[4..]);
    }

    [Fact]
    public void A_key_that_looks_wrong_is_asked_for_again_and_taken_only_when_somebody_insists()
    {
        var person = new ScriptedPrompter("work", "openai", "", "", "sk-ant-abc def", "sk-test-any");
        Assert.Equal("sk-test-any", Complete(person).Key!.ToPlainText());
        Assert.Equal([OpenAiKey, "*API key (not shown; Enter takes that one all the same)"], person.Questions[4..]);
        Assert.Equal("That key holds a space or a letter that no HTTP header carries.", person.Messages[^1]);

        var sure = new ScriptedPrompter("work", "openai", "", "", "sk-ant-4711", "");
        Assert.Equal("sk-ant-4711", Complete(sure).Key!.ToPlainText());
        Assert.Equal("That key looks like one of Anthropic, not of OpenAI.", sure.Messages[^1]);

        var twice = new ScriptedPrompter("work", "openai", "", "", "sk-ant-4711", "sk-ant-4711");
        Assert.Equal("sk-ant-4711", Complete(twice).Key!.ToPlainText());
        Assert.Equal(0, twice.Unused);
    }

    [Theory]
    [InlineData("anth", "anthropic")]
    [InlineData("ANTHRO\t", "anthropic")]
    [InlineData("az", "azure-openai")]
    public void The_beginning_of_one_id_is_enough(string typed, string provider)
    {
        var person = new ScriptedPrompter("work", typed, "https://mine.example/v1", "", "");

        Assert.Equal(provider, Complete(person).Provider);
    }

    [Fact]
    public void The_beginning_of_several_ids_names_them_and_a_question_mark_lists_all()
    {
        var person = new ScriptedPrompter("work", "open", "?", "openrouter", "", "", "");

        Assert.Equal("openrouter", Complete(person).Provider);
        Assert.Contains("Several providers begin so: openai, openrouter, openai-compatible.", person.Messages[2], StringComparison.Ordinal);
        Assert.StartsWith("Providers:", person.Messages[3], StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_given_is_not_asked_for()
    {
        var given = new NewConfiguration { Name = "work", Provider = "", BaseUrl = "https://gateway.example", Model = "m", UseAuthHeader = false, Vault = "LlmConfig", AsDefault = true };
        var person = new ScriptedPrompter("4");

        NewConfiguration made = Complete(person, given, "Name", "BaseUrl", "Model");

        Assert.Equal([Provider], person.Questions);
        Assert.Equal(given with { Provider = "google" }, made);
    }

    [Theory]
    [InlineData("Name", "taken", LlmConfigErrorCode.DuplicateName)]
    [InlineData("Name", "", LlmConfigErrorCode.InvalidName)]
    [InlineData("Provider", "nobody", LlmConfigErrorCode.UnknownProvider)]
    [InlineData("BaseUrl", "ftp://x", LlmConfigErrorCode.InvalidBaseUrl)]
    [InlineData("Model", "bell\u0007", LlmConfigErrorCode.InvalidName)]
    [InlineData("Vault", "nowhere", LlmConfigErrorCode.VaultNotFound)]
    public void A_wrong_value_that_was_given_is_an_error_at_once_and_no_endless_question(string parameter, string value, LlmConfigErrorCode code)
    {
        using LlmConfigRepository repository = Open();
        repository.Create(new NewConfiguration { Name = "taken", Provider = "ollama" });
        NewConfiguration given = new() { Name = "", Provider = "" };
        given = parameter switch
        {
            "Name" => given with { Name = value },
            "Provider" => given with { Provider = value },
            "BaseUrl" => given with { BaseUrl = value },
            "Model" => given with { Model = value },
            _ => given with { Vault = value },
        };
        string[] answers = parameter switch
        {
            "Name" => ["openai", "", "", "sk-test-any"],
            "Provider" => ["work", "", "", "sk-test-any"],
            _ => ["work", "openai", "", "", "sk-test-any"],
        };
        var person = new ScriptedPrompter(answers);

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => Complete(person, given, parameter));

        Assert.Equal(code, error.Code);
        Assert.DoesNotContain(person.Questions, question => question.StartsWith('*'));
    }

    [Fact]
    public void Five_wrong_answers_end_it_with_the_error_of_the_last()
    {
        var person = new ScriptedPrompter("work", "a", "q", "w", "z", "y", "openai");

        Assert.Equal(LlmConfigErrorCode.UnknownProvider, Assert.Throws<LlmConfigException>(() => Complete(person)).Code);
        Assert.Equal(1, person.Unused);
    }

    [Theory]
    [InlineData("", LlmConfigErrorCode.InvalidName, "The name and the provider are missing", "-Name and -Provider")]
    [InlineData("Provider", LlmConfigErrorCode.InvalidName, "The name is missing", "-Name,")]
    [InlineData("Name", LlmConfigErrorCode.UnknownProvider, "The provider is missing", "-Provider,")]
    public void Where_nobody_answers_the_error_names_what_was_missing(string given, LlmConfigErrorCode code, string problem, string remedy)
    {
        LlmConfigException error = Assert.Throws<LlmConfigException>(
            () => Complete(new ScriptedPrompter(), new NewConfiguration { Name = given == "Name" ? "work" : "", Provider = given == "Provider" ? "openai" : "" }, given));

        Assert.Equal(code, error.Code);
        Assert.StartsWith(problem, error.Problem, StringComparison.Ordinal);
        Assert.Contains(remedy, error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Control_C_at_any_question_stops_and_an_input_that_ends_before_the_key_is_an_error(int question)
    {
        string[] answers = ["work", "openai", "", "", "sk-test-any"];

        Assert.Throws<PipelineStoppedException>(() => Complete(new ScriptedPrompter([.. answers[..question], "^C"])));
        if (question < 4)
        {
            Assert.Throws<LlmConfigException>(() => Complete(new ScriptedPrompter(answers[..question])));
        }

        Assert.False(Directory.Exists(_store.Folder));
    }

    private static LlmConfigRepository Open() => new(StoreFolder.Resolve());

    private static NewConfiguration Complete(ScriptedPrompter person, NewConfiguration? given = null, params string[] isGiven)
    {
        using LlmConfigRepository repository = Open();
        var questions = new NewConfigurationQuestions(person, wanted => repository.Preview([wanted])[0].Error, isGiven.Contains);
        NewConfiguration made = questions.Complete(given ?? new NewConfiguration { Name = "", Provider = "" });
        return isGiven.Length > 1 ? made : made with { Key = questions.AskKey(made) };
    }
}
