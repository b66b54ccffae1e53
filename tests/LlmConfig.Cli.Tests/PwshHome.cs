namespace LlmConfig.Cli.Tests;

/// <summary>A home folder with a program in the place of pwsh, and the variables that lead there.</summary>
public sealed class PwshHome : IDisposable
{
    private readonly Dictionary<string, string> _variables = [];

    public PwshHome()
    {
        _variables["HOME"] = Folder;
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("llmconfig-pwsh-").FullName;

    public string Store => Path.Combine(Folder, "store");

    public void Set(string name, string value) => _variables[name] = value;

    internal PwshVaultSource Source() => new(_variables.GetValueOrDefault);

    internal LlmConfigRepository Repository(PwshVaultSource source)
    {
        var repository = new LlmConfigRepository(StoreFolder.At(Store), new LlmConfigOptions { Vaults = source });
        repository.SetProtector(ProtectorKind.KeyFile);
        return repository;
    }

    /// <summary>Registers vaults as SecretManagement's own file has them.</summary>
    public void Register(string defaultVault, params (string Name, string Module)[] vaults)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, ".secretmanagement", "secretvaultregistry")).FullName;
        string list = string.Join(',', vaults.Select(vault =>
            $$"""{{System.Text.Json.JsonSerializer.Serialize(vault.Name)}}: { "ModuleName": "{{vault.Module}}", "ModulePath": "{{Folder}}", "SetSecretSupportsMetadata": true }"""));
        File.WriteAllText(Path.Combine(folder, "vaultinfo"), $$"""{ "Vaults": { {{list}} }, "DefaultVaultName": {{System.Text.Json.JsonSerializer.Serialize(defaultVault)}} }""");
    }

    /// <summary>
    /// A stand-in for pwsh that takes in what llmconfig sends first, then does what is given, in Perl, for each request: $json is the
    /// document, $key the key, answer(JSON, KEY) an answer, $mark the mark.
    /// </summary>
    public void StandIn(string perl)
    {
        Skip.If(!File.Exists("/usr/bin/perl"), "perl is not installed: the stand-in for pwsh cannot run");
        Set("LLMCONFIG_PWSH", Executable.Write(Path.Combine(Folder, "pwsh-stand-in"), $$"""
            #!/usr/bin/perl
            use strict; use warnings; binmode STDIN; binmode STDOUT; $| = 1;
            sub take { my ($n) = @_; my $all = ''; while (length($all) < $n) { my $got = read(STDIN, $all, $n - length($all), length($all)); exit 0 unless $got; } return $all; }
            take(unpack('l<', take(4))) for 1, 2;
            our $mark = take(32);
            sub answer { my ($json, $key) = @_; $key //= ''; print "\n$mark ", length($json), ' ', length($key), "\n", $json, $key; }
            while (my $line = <STDIN>) {
                next unless $line =~ /^$mark (\d+) (\d+)$/;
                my $json = take($1); my $key = take($2);
                {{perl}}
            }
            """));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
