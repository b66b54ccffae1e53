namespace LlmConfig.Cli;

/// <summary>All verbs by their names. Only the one that is run is made.</summary>
internal static class VerbList
{
    private static readonly OrderedDictionary<string, Func<Verb>> Verbs = new()
    {
        ["new"] = () => new NewVerb(),
        ["list"] = () => new ListVerb(),
        ["get"] = () => new GetVerb(),
        ["key"] = () => new KeyVerb(),
        ["exec"] = () => new ExecVerb(),
        ["use"] = () => new UseVerb(),
        ["env"] = () => new EnvVerb(),
        ["set"] = () => new SetVerb(),
        ["rotate"] = () => new RotateVerb(),
        ["rename"] = () => new RenameVerb(),
        ["remove"] = () => new RemoveVerb(),
        ["providers"] = () => new ProvidersVerb(),
        ["tools"] = () => new ToolsVerb(),
        ["tool"] = () => new ToolVerb(),
        ["test"] = () => new TestVerb(),
        ["repair"] = () => new RepairVerb(),
        ["find"] = () => new FindVerb(),
        ["import"] = () => new ImportVerb(),
        ["export"] = () => new ExportVerb(),
        ["store"] = () => new StoreVerb(),
        ["dsc"] = () => new DscVerb(),
        ["completion"] = () => new CompletionVerb(),
    };

    /// <summary>The names, in the order in which a newcomer meets them.</summary>
    public static IEnumerable<string> Names => Verbs.Keys;

    /// <summary>Every verb, for the list of them.</summary>
    public static IEnumerable<Verb> All => Verbs.Values.Select(make => make());

    /// <summary>The verb of this name, or <see langword="null"/>.</summary>
    public static Verb? Find(string name) => Verbs.GetValueOrDefault(name)?.Invoke();
}
