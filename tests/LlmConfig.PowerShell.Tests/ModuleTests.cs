using System.Reflection;
using System.Text.RegularExpressions;

namespace LlmConfig.Tests;

public sealed class ModuleTests : IDisposable
{
    private static readonly Assembly Module = typeof(Commands.NewLlmConfigCommand).Assembly;

    private static readonly string[] ApprovedVerbs =
    [
        .. new[]
        {
            typeof(VerbsCommon), typeof(VerbsData), typeof(VerbsCommunications), typeof(VerbsDiagnostic), typeof(VerbsLifecycle),
            typeof(VerbsSecurity), typeof(VerbsOther),
        }.SelectMany(type => type.GetFields()).Select(field => (string)field.GetRawConstantValue()!),
    ];

    private readonly TemporaryStore _store = new();
    private readonly Shell _shell;

    public ModuleTests()
    {
        _shell = new Shell(_store, importModule: false);
    }

    private static IEnumerable<(Type Type, CmdletAttribute Attribute)> Cmdlets => Module.GetTypes()
        .Select(type => (type, attribute: type.GetCustomAttribute<CmdletAttribute>()!))
        .Where(pair => pair.attribute is not null && pair.type.Namespace != typeof(Extension.VaultExtensionCommand).Namespace);

    public void Dispose()
    {
        _shell.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void Importing_prints_nothing_and_makes_no_folder()
    {
        CommandResult result = _shell.Invoke("Import-Module $manifest", ("manifest", Shell.Manifest)).RequireNoError();

        Assert.Empty(result.Output);
        Assert.Empty(result.Talk);
        Assert.Empty(_shell.Host.Text);
        Assert.False(Directory.Exists(_store.Folder));
    }

    [Fact]
    public void Importing_works_where_the_store_is_damaged_or_unsafe()
    {
        _store.SetVariable("LLMCONFIG_HOME", "not absolute");

        _shell.Invoke("Import-Module $manifest; Get-LlmProvider openai", ("manifest", Shell.Manifest)).RequireNoError();
    }

    [Fact]
    public void The_manifest_exports_exactly_the_cmdlets_of_the_assembly()
    {
        var module = (PSModuleInfo)_shell.Invoke("Import-Module $manifest -PassThru", ("manifest", Shell.Manifest)).RequireNoError().Output[0].BaseObject;

        string[] expected = [.. Cmdlets.Select(pair => $"{pair.Attribute.VerbName}-{pair.Attribute.NounName}").Order(StringComparer.Ordinal)];
        Assert.Equal(expected, module.ExportedCmdlets.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(module.ExportedFunctions);
        Assert.Empty(module.ExportedAliases);
        Assert.Empty(module.ExportedVariables);

        string manifest = File.ReadAllText(Shell.Manifest);
        string listed = Regex.Match(manifest, @"CmdletsToExport\s*=\s*@\(([^)]*)\)").Groups[1].Value;
        Assert.Equal(expected, Regex.Matches(listed, "'([^']+)'").Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        Assert.Matches(@"FunctionsToExport\s*=\s*@\(\)", manifest);
    }

    [Fact]
    public void Cmdlets_are_sealed_with_approved_verbs_and_singular_nouns_in_a_file_of_their_own()
    {
        string sources = Path.Combine(Root(), "src", "LlmConfig.PowerShell", "Commands");
        foreach ((Type type, CmdletAttribute attribute) in Cmdlets)
        {
            Assert.True(type.IsSealed && type.IsPublic, type.Name);
            Assert.Contains(attribute.VerbName, ApprovedVerbs);
            Assert.StartsWith("Llm", attribute.NounName, StringComparison.Ordinal);
            Assert.False(attribute.NounName.EndsWith('s'), attribute.NounName);
            Assert.Equal($"{attribute.VerbName}{attribute.NounName}Command", type.Name);
            string text = File.ReadAllText(Path.Combine(sources, type.Name + ".cs"));
            Assert.Single(Regex.Matches(text, @"^(public|internal).* (class|record|enum|interface|struct) ", RegexOptions.Multiline));
        }
    }

    [Fact]
    public void Whatever_changes_something_asks_first_and_says_what_it_gives()
    {
        // Use, Enter and Exit change what this process has in its environment, Lock and Unlock what it has in memory: nothing that lasts.
        string[] changeNothing = ["Get", "Find", "Test", "Use", "Enter", "Exit", "Lock", "Unlock"];
        foreach ((Type type, CmdletAttribute attribute) in Cmdlets)
        {
            Assert.Equal(!changeNothing.Contains(attribute.VerbName), attribute.SupportsShouldProcess);
            Assert.NotEmpty(type.GetCustomAttributes<OutputTypeAttribute>());
        }
    }

    [Fact]
    public void A_key_is_a_SecureString_neither_positional_nor_validated()
    {
        PropertyInfo[] keys = [.. Cmdlets.SelectMany(pair => pair.Type.GetProperties()).Where(property => property.Name == "ApiKey")];

        Assert.Equal(2, keys.Length);
        foreach (PropertyInfo key in keys)
        {
            Assert.Equal(typeof(System.Security.SecureString), key.PropertyType);
            Assert.All(key.GetCustomAttributes<ParameterAttribute>(), parameter => Assert.Equal(int.MinValue, parameter.Position));
            Assert.Empty(key.GetCustomAttributes<ValidateArgumentsAttribute>());
        }
    }

    [Fact]
    public void The_module_needs_no_assembly_that_PowerShell_does_not_bring()
    {
        Assert.All(
            Module.GetReferencedAssemblies(),
            name => Assert.True(
                name.Name is "LlmConfig.Core" or "System.Management.Automation" || name.Name!.StartsWith("System.", StringComparison.Ordinal),
                name.Name));
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "LlmConfig.PowerShell.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    [Fact]
    public void The_help_of_each_cmdlet_online_is_its_page_in_the_project_that_the_manifest_names()
    {
        string project = Regex.Match(File.ReadAllText(Shell.Manifest), "ProjectUri += '([^']+)'").Groups[1].Value;
        Assert.NotEmpty(project);
        Assert.All(Cmdlets, cmdlet => Assert.Equal(
            $"{project}/blob/main/docs/cmdlets/{cmdlet.Attribute.VerbName}-{cmdlet.Attribute.NounName}.md", cmdlet.Attribute.HelpUri));
    }
}
