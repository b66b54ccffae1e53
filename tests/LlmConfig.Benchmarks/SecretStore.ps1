# The medians, in milliseconds, of New-LlmConfig, Set-Secret, Get-LlmConfigKey and Get-Secret, turn by turn; nothing where
# SecretStore is not installed. HOME and LLMCONFIG_HOME are those of the caller, made for this. The vault is named: the one that is
# registered first would be the default for new keys.
param([Parameter(Mandatory)] [string] $Module)

$ErrorActionPreference = 'Stop'
# That several configurations have the same key is told of, and not to be read as a number.
$WarningPreference = 'SilentlyContinue'
if (-not (Get-Module -ListAvailable Microsoft.PowerShell.SecretStore)) { return }

Import-Module Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore, $Module
$password = ConvertTo-SecureString 'benchmark' -AsPlainText -Force
Set-SecretStoreConfiguration -Authentication None -Interaction None -Password $password -Confirm:$false 3> $null 6> $null
Register-SecretVault -Name Bench -ModuleName Microsoft.PowerShell.SecretStore
$key = ConvertTo-SecureString 'sk-test-benchmark-0123456789abcdef' -AsPlainText -Force
foreach ($i in 0..9) { Set-Secret -Name "before$i" -SecureStringSecret $key -Vault Bench }

function Get-Median([double[]] $Values) { ($Values | Sort-Object)[[Math]::Floor($Values.Count / 2)] }
$times = @{ new = @(); set = @(); key = @(); get = @() }
foreach ($i in 0..40) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $null = New-LlmConfig -Name "n$i" -Provider openai -ApiKey $key -Vault LlmConfig
    $new = $clock.Elapsed.TotalMilliseconds
    $clock.Restart()
    Set-Secret -Name "s$i" -SecureStringSecret $key -Vault Bench
    $set = $clock.Elapsed.TotalMilliseconds
    $clock.Restart()
    $null = Get-LlmConfigKey -Name "n$i"
    $read = $clock.Elapsed.TotalMilliseconds
    $clock.Restart()
    $null = Get-Secret -Name "s$i" -Vault Bench
    $get = $clock.Elapsed.TotalMilliseconds

    # The first round loads and compiles.
    if ($i -gt 0) {
        $times.new += $new
        $times.set += $set
        $times.key += $read
        $times.get += $get
    }
}

foreach ($name in 'new', 'set', 'key', 'get') { (Get-Median $times[$name]).ToString([cultureinfo]::InvariantCulture) }
