# The extension vaults of AnyVault.Tests.ps1, one table for each. In a process of the suite, $Extension is one of them.
#   Module      the module that Register-SecretVault is given
#   Extension   the extension's own module, where that is another one
#   StandIns    what of StandIns/ takes the place of the vault's program, service or modules; else they are the real ones
#   Needs       programs that have to be there
#   Service     starts what serves it, before each test, and gives the processes to stop
#   Setup       makes the vault, once
#   Parameters  gives the vault parameters
#   Session     signs in: run by each process
#   Names       names of the secrets in the vault itself; the items of the stand-in where nothing is said
#   CanLock     whether it can be signed out of
#   Refused     how the trial has to refuse it; such a vault is only tried
#   Loses       what it may lose, by its own fault: the suite then asks only that each loss is reported

@{
    Module     = 'Microsoft.PowerShell.SecretStore'
    Setup      = {
        Import-Module Microsoft.PowerShell.SecretStore
        Set-SecretStoreConfiguration -Authentication None -Interaction None -Confirm:$false -Password (ConvertTo-Key 'x')
    }
    # SecretStore shows its file to nobody: a process of its own reads it.
    Names      = { Microsoft.PowerShell.SecretManagement\Get-SecretInfo -Vault Team | ForEach-Object Name }
}
@{
    Module     = 'SecretManagement.KeePass'
    Needs      = 'PSFramework'
    Setup      = {
        Import-Module SecretManagement.KeePass
        $create = { Connect-KeePassDatabase -Path "$env:STAND_IN_VAULT/keys.kdbx" -Create -MasterPassword $args[0] }
        & (Get-Module SecretManagement.KeePass) $create (ConvertTo-Key 'x')
    }
    Parameters = { @{ Path = "$env:STAND_IN_VAULT/keys.kdbx"; UseMasterPassword = $true } }
    Session    = { Unlock-SecretVault -Name Team -Password (ConvertTo-Key 'x') }
    Names      = { Microsoft.PowerShell.SecretManagement\Get-SecretInfo -Vault Team | ForEach-Object Name }
    CanLock    = $true
    Loses      = 'writers', 'kills'
}
@{
    Module     = 'SecretManagement.LinuxKeyring'
    Needs      = 'secret-tool', 'gnome-keyring-daemon', 'dbus-daemon'
    Service    = { Start-Keyring }
    Names      = { @(secret-tool search --all service powershell-vault 2>&1 | ForEach-Object { "$_" }) -match '^attribute\.account = ' -replace '.* = ' }
}
@{
    Module     = 'SecretManagement.CSV'
    Setup      = { Set-Content "$env:STAND_IN_VAULT/keys.csv" '"Name","Secret","Modified","Comment"' }
    Parameters = { @{ Path = "$env:STAND_IN_VAULT/keys.csv" } }
    Names      = { Import-Csv "$env:STAND_IN_VAULT/keys.csv" | ForEach-Object Name }
    Loses      = 'writers', 'kills'
}
@{
    Module     = 'SecretManagement.Hashicorp.Vault.KV'
    Service    = { Start-VaultServer }
    Parameters = { @{ VaultServer = "http://127.0.0.1:$(Get-Content "$env:STAND_IN_VAULT/server-is-up")"; VaultAuthType = 'Token'; KVVersion = 'v2' } }
    Session    = { Unlock-SecretVault -Name Team -Password (ConvertTo-Key 'sk-test-token') }
    CanLock    = $true
}
@{
    Module     = 'SecretManagement.HcVault.KV2'
    Service    = { Start-VaultServer }
    Setup      = { Set-Content "$env:STAND_IN_VAULT/token" 'sk-test-token' }
    Parameters = {
        @{
            Server = "http://127.0.0.1:$(Get-Content "$env:STAND_IN_VAULT/server-is-up")"; ApiVersion = '/v1'; Kv2Mount = '/Team'
            AuthType = 'Token'; TokenRenewable = $false; TokenCachePath = "$env:STAND_IN_VAULT/token"
        }
    }
    Refused    = 'did not take it'
}
@{
    Module     = 'Az.KeyVault'
    Extension  = 'Az.KeyVault.Extension'
    StandIns   = 'Az.KeyVault', 'Az.Accounts'
    Parameters = { @{ AZKVaultName = 'Team'; SubscriptionId = 'llm' } }
    CanLock    = $true
}
@{
    Module     = 'SecretManagement.1Password'
    StandIns   = 'op.exe'
    Parameters = { @{ AccountName = 'person'; OPVault = 'Team' } }
    CanLock    = $true
}
# It hands `lpass add` an empty argument more since PowerShell 7.3.
@{ Module = 'SecretManagement.LastPass'; StandIns = 'lpass'; Refused = 'did not take it: .*Usage: lpass add' }
@{ Module = 'SecretManagement.Keybase'; StandIns = 'keybase'; Parameters = { @{ namespace = 'llm' } }; CanLock = $true }
@{ Module = 'SecretManagement.KeyChain'; StandIns = 'security'; Needs = '/usr/bin/security'; CanLock = $true }
@{
    Module     = 'SecretManagement.CyberArk'
    StandIns   = 'psPAS', 'CredentialRetriever'
    Parameters = { @{ ConnectionType = 'REST'; SafeName = 'llm'; PlatformId = 'llm' } }
    CanLock    = $true
}
@{ Module = 'SecretManagement.Warden'; StandIns = 'bw'; Refused = 'did not take it' }
@{ Module = 'SecretManagement.BitWarden'; StandIns = 'bw'; Refused = 'cannot keep keys' }
@{
    Module     = 'SecretManagement.KeeperPowerCommander'
    StandIns   = 'PowerCommander'
    Parameters = { @{ MapPath = "$env:STAND_IN_VAULT/map.json" } }
    Refused    = "keeps a secret and does not remove it.* The throwaway secret 'llm-api-key-[0-9a-f]{32}' is left in it"
}
@{
    Module     = 'SecretManagement.Sops'
    StandIns   = 'sops', 'powershell-yaml'
    Parameters = { @{ Path = "$env:STAND_IN_VAULT/items" } }
    Names      = { Get-ChildItem "$env:STAND_IN_VAULT/items" -Filter *.yaml | ForEach-Object BaseName }
    Refused    = 'gives another one back'
}
