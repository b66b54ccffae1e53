# The medians, in milliseconds, of New-LlmConfig, Set-Secret, Get-LlmConfigKey and Get-Secret, turn by turn; nothing where
# SecretStore is not installed. HOME and LLMCONFIG_HOME are those of the caller, made for this. The vault is named: the one that is
# registered first would be the default for new keys.
param([Parameter(Mandatory)] [string] $Module)

$ErrorActionPreference = 'Stop'
# That keys lie behind a file alone is told of, and not to be read as a number.
$WarningPreference = 'SilentlyContinue'
if (-not (Get-Module -ListAvailable Microsoft.PowerShell.SecretStore)) { return }

Import-Module Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore, $Module
$password = ConvertTo-SecureString 'benchmark' -AsPlainText -Force
Set-SecretStoreConfiguration -Authentication None -Interaction None -Password $password -Confirm:$false 3> $null 6> $null
Register-SecretVault -Name Bench -ModuleName Microsoft.PowerShell.SecretStore
function New-Key([int] $Number) { ConvertTo-SecureString "sk-test-benchmark-$($Number.ToString('x16'))" -AsPlainText -Force }
foreach ($i in 0..9) { Set-Secret -Name "before$i" -SecureStringSecret (New-Key $i) -Vault Bench }

# Until what runs is compiled for good, on both sides; the stores stay as small as they are.
foreach ($i in 1..200) {
    $null = New-LlmConfig -Name 'warm' -Provider openai -ApiKey (New-Key $i) -Vault LlmConfig
    foreach ($j in 1..5) { $null = Get-LlmConfigKey -Name 'warm' }
    Remove-LlmConfig -Name 'warm' -Confirm:$false
    Set-Secret -Name 'before0' -SecureStringSecret (New-Key $i) -Vault Bench
    $null = Get-Secret -Name 'before0' -Vault Bench
}

function Get-Median([double[]] $Values) { ($Values | Sort-Object)[[Math]::Floor($Values.Count / 2)] }
$times = @{ new = @(); set = @(); key = @(); get = @() }
foreach ($i in 1..40) {
    $key = New-Key (1000 + $i)
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
    $times.new += $new
    $times.set += $set
    $times.key += $read
    $times.get += $get
}

foreach ($name in 'new', 'set', 'key', 'get') { (Get-Median $times[$name]).ToString([cultureinfo]::InvariantCulture) }
