# Stands in for psPAS, the commands of CyberArk's web interface.
$items = Join-Path $env:STAND_IN_VAULT items

function Get-PASSession { if (Test-Path (Join-Path $env:STAND_IN_VAULT signed-out)) { throw 'No session' } @{ User = 'person' } }

function Get-PASAccount([string] $id, [string] $search, [string] $safeName) {
    $null = $safeName
    Get-ChildItem $items -File | Where-Object { ($id -and $_.Name -eq $id) -or (-not $id -and $_.Name -like "*$($search.Trim('*'))*") } |
        ForEach-Object { [pscustomobject]@{ id = $_.Name; name = $_.Name; userName = 'llm'; safeName = 'llm' } }
}

function Get-PASAccountPassword([string] $AccountId) {
    [pscustomobject]@{ Password = [IO.File]::ReadAllText((Join-Path $items $AccountId)) } |
        Add-Member ScriptMethod ToSecureString { ConvertTo-SecureString $this.Password -AsPlainText -Force } -PassThru
}

function Add-PASAccount([string] $SafeName, [string] $PlatformId, [string] $name, [string] $userName, [string] $address, [securestring] $secret) {
    $null = $SafeName, $PlatformId, $userName, $address
    # A staged file that is renamed: the server does it whole or not at all.
    $staged = Join-Path $items ".$name.$PID"
    [IO.File]::WriteAllText($staged, (ConvertFrom-SecureString $secret -AsPlainText))
    [IO.File]::Move($staged, (Join-Path $items $name), $true)
    [pscustomobject]@{ id = $name; name = $name }
}

function Remove-PASAccount { param([Parameter(ValueFromPipelineByPropertyName)] [string] $id) process { Remove-Item (Join-Path $items $id) } }
