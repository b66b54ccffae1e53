using System.Globalization;
using System.Security;

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

    /// <summary>The configuration with all that was asked for.</summary>
    /// <param name="given">What was given; the rest is empty.</param>
    /// <param name="keyIsGiven">True when the key is not to be asked for.</param>
    /// <exception cref="LlmConfigException">
    /// What was given breaks a rule, the last answer does, or nobody answers: then InvalidName or UnknownProvider, and the
    /// text names what was missing.
    /// </exception>
    public NewConfiguration Complete(NewConfiguration given, bool keyIsGiven)
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
                    LlmConfigErrorCode.InvalidBaseUrl,
                    LlmConfigErrorCode.InsecureBaseUrl),
            };
            wanted = wanted with
            {
                Model = Answer(
                    nameof(wanted.Model), wanted.Model, "Model (Enter for none)", text => Require(wanted with { Model = text }), LlmConfigErrorCode.InvalidName),
            };

            // The last one, so that no later question can fail and leave a key behind.
            return keyIsGiven ? wanted : wanted with { Key = AskKey(provider, wanted.Name) };
        }
        catch (NonInteractiveException e)
        {
            throw Missing(given, e);
        }
    }

    private LlmProvider AskProvider(NewConfiguration wanted)
    {
        if (!isGiven(nameof(wanted.Provider)))
        {
            Say("Providers:");
            for (int i = 0; i < LlmProviderCatalog.All.Count; i++)
            {
                LlmProvider provider = LlmProviderCatalog.All[i];
                Say(string.Create(CultureInfo.InvariantCulture, $"  {i + 1,2}  {provider.Id,-18} {provider.DisplayName}"));
            }
        }

        string chosen = Answer(
            nameof(wanted.Provider), wanted.Provider, "Provider (number or id)", text => LlmProviderCatalog.Get(IdOf(text), wanted.Name), LlmConfigErrorCode.UnknownProvider);
        return LlmProviderCatalog.Get(IdOf(chosen), wanted.Name);
    }

    private ApiKey? AskKey(LlmProvider provider, string name)
    {
        bool wasTold = !provider.KeyRequired;
        string question = provider.KeyRequired ? $"API key of {provider.DisplayName} (not shown)" : "API key (not shown; Enter for none)";
        for (int attempt = 1; ; attempt++)
        {
            using SecureString typed = person.AskUnseen(TakeMessage(), question);
            if (typed.Length == 0 && wasTold)
            {
                return null;
            }

            if (typed.Length == 0)
            {
                wasTold = true;
                Say($"{provider.DisplayName} needs a key. Type it, or press Enter once more to set it later with Set-LlmConfig -ApiKey.");
                continue;
            }

            try
            {
                return ApiKey.From(typed, name);
            }
            catch (LlmConfigException e) when (attempt < MostAttempts)
            {
                Say(e.Message);
            }
        }
    }

    // A value that was given is checked too, but not asked for again: whoever typed it sees the error.
    // Nor is anything asked again for an error that another answer could not mend.
    private string Answer(string parameter, string? given, string question, Action<string> validate, params LlmConfigErrorCode[] wrongAnswer)
    {
        if (isGiven(parameter))
        {
            validate(given ?? string.Empty);
            return given ?? string.Empty;
        }

        for (int attempt = 1; ; attempt++)
        {
            string answer = person.Ask(TakeMessage(), question).Trim();
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

    private static string IdOf(string numberOrId) =>
        int.TryParse(numberOrId, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= LlmProviderCatalog.All.Count
            ? LlmProviderCatalog.All[number - 1].Id
            : numberOrId.Trim();

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
