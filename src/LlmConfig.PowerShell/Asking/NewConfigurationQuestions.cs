using System.Globalization;

namespace LlmConfig;

/// <summary>
/// Asks a person for what a new configuration needs and was not given. Every answer is checked at once; a wrong one is
/// explained and asked for again. Nothing is changed: what comes out is still to be created.
/// </summary>
/// <param name="person">Who answers.</param>
/// <param name="check">Says why a configuration could not be created, as the repository does.</param>
/// <param name="isGiven">True for a parameter that was given; its value is not asked for.</param>
internal sealed class NewConfigurationQuestions(
    IPrompter person, Func<NewConfiguration, LlmConfigException?> check, Func<string, bool> isGiven)
{
    // Somebody who goes wrong this often wants out, and a host that answers anything must not be asked for ever.
    private const int MostAttempts = 5;

    // Needs neither a base URL nor a key: with it, only the name can be wrong.
    private const string AnyProvider = "ollama";

    private string _message = string.Empty;

    /// <summary>The configuration with all that was asked for, but for its key: no question may fail after that one and leave it behind.</summary>
    /// <param name="given">What was given; the rest is empty.</param>
    /// <exception cref="LlmConfigException">
    /// What was given breaks a rule, the last answer does, or nobody answers: then InvalidName or UnknownProvider, and the
    /// text names what was missing.
    /// </exception>
    public NewConfiguration Complete(NewConfiguration given)
    {
        try
        {
            Say("A new LLM configuration. Enter takes what is in [brackets]; Ctrl+C leaves.");
            NewConfiguration wanted = given with
            {
                Name = Answer(
                    nameof(given.Name),
                    given.Name,
                    "Name",
                    text => Require(new NewConfiguration { Name = text, Provider = AnyProvider }),
                    help: null,
                    LlmConfigErrorCode.InvalidName,
                    LlmConfigErrorCode.DuplicateName).Trim(),
            };
            LlmProvider provider = AskProvider(wanted);
            wanted = wanted with { Provider = provider.Id };
            string question = provider.DefaultBaseUrl is null ? $"Base URL (such as {provider.BaseUrlExample})" : $"Base URL [{provider.DefaultBaseUrl}]";
            wanted = wanted with
            {
                BaseUrl = Answer(
                    nameof(wanted.BaseUrl),
                    wanted.BaseUrl,
                    question,
                    text => Require(wanted with { BaseUrl = text, Model = null }),
                    help: null,
                    LlmConfigErrorCode.InvalidBaseUrl,
                    LlmConfigErrorCode.InsecureBaseUrl),
            };
            return wanted with
            {
                Model = Answer(
                    nameof(wanted.Model), wanted.Model, "Model (Enter for none)", text => Require(wanted with { Model = text }), help: null, LlmConfigErrorCode.InvalidName),
            };
        }
        catch (NonInteractiveException e)
        {
            throw Missing(given, e);
        }
    }

    private LlmProvider AskProvider(NewConfiguration wanted)
    {
        if (isGiven(nameof(wanted.Provider)))
        {
            return LlmProviderCatalog.Get(wanted.Provider, wanted.Name);
        }

        SayProviders();
        LlmProvider? chosen = null;
        _ = Answer(
            nameof(wanted.Provider), null, "Provider (number or id; ? lists them)", text => chosen = ProviderOf(text, wanted.Name), SayProviders, LlmConfigErrorCode.UnknownProvider);
        return chosen!;
    }

    // The beginning of an id will do: no host completes an answer with Tab.
    private static LlmProvider ProviderOf(string answer, string name)
    {
        LlmProvider[] begun = answer.Length == 0 ? [] : [.. LlmProviderCatalog.All.Where(provider => provider.Id.StartsWith(answer, StringComparison.OrdinalIgnoreCase))];
        return int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= LlmProviderCatalog.All.Count
            ? LlmProviderCatalog.All[number - 1]
            : LlmProviderCatalog.Find(answer) is { } named ? named
            : begun.Length == 1 ? begun[0]
            : begun.Length > 1 ? throw new LlmConfigException(
                LlmConfigErrorCode.UnknownProvider, name, $"Several providers begin so: {string.Join(", ", begun.Select(provider => provider.Id))}.", "Type more of one.")
            : LlmProviderCatalog.Get(answer, name);
    }

    private void SayProviders()
    {
        Say("Providers:");
        for (int i = 0; i < LlmProviderCatalog.All.Count; i++)
        {
            LlmProvider provider = LlmProviderCatalog.All[i];
            Say(string.Create(CultureInfo.InvariantCulture, $"  {i + 1,2}  {provider.Id,-18} {provider.DisplayName}"));
        }
    }

    /// <summary>The key, for the caller to dispose of; <see langword="null"/> where the answer is empty or nobody answers.</summary>
    /// <param name="wanted">The configuration that it is for, which breaks no rule.</param>
    public ApiKey? AskKey(NewConfiguration wanted)
    {
        LlmProvider provider = LlmProviderCatalog.Get(wanted.Provider, wanted.Name);
        try
        {
            return person.AskKey(
                provider.KeyRequired ? $"API key of {provider.DisplayName} (not shown; Enter to set it later)" : "API key (not shown; Enter for none)",
                wanted.Name,
                wanted.Provider,
                wanted.BaseUrl);
        }
        catch (NonInteractiveException)
        {
            return null;
        }
    }

    // A value that was given is checked too, but not asked for again: whoever typed it sees the error.
    // Nor is anything asked again for an error that another answer could not mend.
    private string Answer(string parameter, string? given, string question, Action<string> validate, Action? help, params LlmConfigErrorCode[] wrongAnswer)
    {
        if (isGiven(parameter))
        {
            validate(given ?? string.Empty);
            return given ?? string.Empty;
        }

        for (int attempt = 1; ; attempt++)
        {
            string answer = person.Ask(TakeMessage(), question).Trim();
            if (answer == "?" && help is not null && attempt < MostAttempts)
            {
                help();
                continue;
            }

            try
            {
                validate(answer);
                return answer;
            }
            catch (LlmConfigException e) when (attempt < MostAttempts && wrongAnswer.Contains(e.Code))
            {
                Say(e.Message);
            }
        }
    }

    private void Require(NewConfiguration wanted)
    {
        if (check(wanted) is { } error)
        {
            throw error;
        }
    }

    private void Say(string line) => _message += _message.Length > 0 ? $"\n{line}" : line;

    private string TakeMessage()
    {
        string message = _message;
        _message = string.Empty;
        return message;
    }

    private LlmConfigException Missing(NewConfiguration given, NonInteractiveException cause)
    {
        bool noName = !isGiven(nameof(given.Name));
        bool noProvider = !isGiven(nameof(given.Provider));
        return new LlmConfigException(
            noName ? LlmConfigErrorCode.InvalidName : LlmConfigErrorCode.UnknownProvider,
            noName ? null : DisplayText.Of(given.Name),
            $"{(noName && noProvider ? "The name and the provider are" : noName ? "The name is" : "The provider is")} missing, and nobody answers here.",
            $"Give {(noName && noProvider ? "-Name and -Provider" : noName ? "-Name" : "-Provider")}, such as New-LlmConfig work openai; Get-LlmProvider lists the providers.",
            cause.InnerException);
    }
}
