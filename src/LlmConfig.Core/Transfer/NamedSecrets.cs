namespace LlmConfig;

/// <summary>The secrets that people have in a vault as a source of configurations, which refer to them by their names.</summary>
internal sealed class NamedSecrets(IKeyVault vault)
{
    /// <summary>The names that a configuration may refer to, sorted.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public IReadOnlyList<string> List(CancellationToken cancellation) =>
        [.. vault.ListSecrets(cancellation).Where(NamedSecret.IsName).Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>A configuration for each secret that is wanted, and an error for each whose provider cannot be told.</summary>
    /// <param name="wanted">Which names.</param>
    /// <param name="provider">The provider of all of them; <see langword="null"/> to tell it from each name, else from the key.</param>
    /// <param name="ask">Asked for the provider's id by the name of a secret; gives <see langword="null"/> where nobody answers, and an empty text to leave the secret out.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    public ImportSource Find(Predicate<string> wanted, LlmProvider? provider, Func<string, string?>? ask, CancellationToken cancellation)
    {
        var source = new ImportSource($"the vault '{DisplayText.Of(vault.Name)}'");
        foreach (string name in List(cancellation).Where(name => wanted(name)))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if ((provider ?? Guess(name, ask, cancellation)) is { } found)
                {
                    source.Add(ItemOf(name, found));
                }
            }
            catch (LlmConfigException e)
            {
                source.Add(e);
            }
        }

        return source;
    }

    private LlmProvider? Guess(string name, Func<string, string?>? ask, CancellationToken cancellation)
    {
        IReadOnlyList<LlmProvider> found = ProviderGuess.ByName(name);
        if (found.Count != 1)
        {
            using ApiKey key = NamedSecret.Read(vault, name, DisplayText.Of(name), cancellation);
            found = ProviderGuess.ByKey(key, found);
        }

        string shown = DisplayText.Of(name);
        return found.Count == 1 ? found[0] : ask?.Invoke(name) switch
        {
            null => throw new LlmConfigException(
                LlmConfigErrorCode.UnknownProvider,
                shown,
                $"Which provider the secret '{shown}' of the vault '{DisplayText.Of(vault.Name)}' is for cannot be told from its name or its key"
                    + (found.Count == 0 ? "." : $": {string.Join(" or ", found.Select(one => one.Id))}."),
                "Name the provider with -Provider; it holds for all secrets that are imported at once."),
            "" => null,
            var id => LlmProviderCatalog.Get(id.Trim(), shown),
        };
    }

    private ImportItem ItemOf(string name, LlmProvider provider) => new()
    {
        Name = name,
        Provider = provider.Id,
        Secret = new KeyReference(vault.Name, name),
        Origin = $"the secret '{DisplayText.Of(name)}' of the vault '{DisplayText.Of(vault.Name)}'",
        BaseUrlRemedy = $"Make the configuration with New-LlmConfig, -KeyName, -Vault and -BaseUrl, such as {provider.BaseUrlExample}.",
    };
}
