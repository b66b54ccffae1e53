namespace LlmConfig.Tests;

public sealed class DependencyTests
{
    [Fact]
    public void The_core_needs_the_framework_and_what_PowerShell_brings_and_never_PowerShell_itself()
    {
        string[] names = [.. typeof(LlmConfigRepository).Assembly.GetReferencedAssemblies().Select(name => name.Name!)];

        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => name.Contains("Automation", StringComparison.OrdinalIgnoreCase) || name.Contains("PowerShell", StringComparison.OrdinalIgnoreCase));
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        Assert.All(
            names.Where(name => name != "System.Security.Cryptography.ProtectedData"),
            name => Assert.True(File.Exists(Path.Combine(framework, name + ".dll")), $"{name} is not of the framework"));
    }

    [Fact]
    public void No_public_member_of_the_core_takes_or_gives_a_type_of_another_library()
    {
        Type[] types = [.. typeof(LlmConfigRepository).Assembly.GetExportedTypes()];

        Assert.Contains(typeof(LlmConfigRepository), types);
        Assert.All(types, type => Assert.Equal("LlmConfig", type.Namespace));
    }

    [Fact]
    public void Error_codes_keep_their_names_and_numbers()
    {
        Assert.Equal(
            "NotFound=1 DuplicateName=2 InvalidName=3 UnknownProvider=4 InvalidBaseUrl=5 InsecureBaseUrl=6 InvalidKey=7 KeyMissing=8 StoreCorrupt=9 "
            + "StoreVersionUnsupported=10 StoreBusy=11 StoreAccessDenied=12 StoreFull=13 StoreUnsafe=14 VaultNotFound=15 VaultUnavailable=16 "
            + "VaultLocked=17 VaultCorrupt=18 SecretManagementMissing=19 HostMismatch=20 StoreOutdated=21 InvalidArgument=22",
            string.Join(' ', Enum.GetValues<LlmConfigErrorCode>().Select(code => $"{code}={(int)code}")));
    }
}
