# Stands in for Azure Key Vault: a removed secret is kept for recovery, a new one is listed late, and of many requests one is refused.
$items = Join-Path $env:STAND_IN_VAULT items
$requests = 0

function Use-Request {
    $script:requests++
    if ($script:requests % 11 -eq 0) { throw 'Response status code does not indicate success: 429 (Too Many Requests).' }
}

function Set-AzKeyVaultSecret([string] $Name, [securestring] $SecretValue, [string] $VaultName, [string] $ContentType) {
    $null = $VaultName
    if ($Name -notmatch '^[0-9A-Za-z-]{1,127}$') { throw "The request URI contains an invalid name: $Name" }
    Use-Request
    $staged = Join-Path $items ".$Name.$PID"
    [IO.File]::WriteAllText($staged, "$ContentType $(ConvertFrom-SecureString $SecretValue -AsPlainText)")
    [IO.File]::Move($staged, (Join-Path $items $Name), $true)
    $script:late = $Name
}

function Get-AzKeyVaultSecret([string] $Name, [string] $VaultName) {
    $null = $VaultName
    Use-Request
    if ($Name) {
        $file = Join-Path $items $Name
        if (-not (Test-Path $file)) { return }
        $type, $value = [IO.File]::ReadAllText($file) -split ' ', 2
        return [pscustomobject]@{ Name = $Name; ContentType = $type; SecretValue = ConvertTo-SecureString $value -AsPlainText -Force }
    }

    Get-ChildItem $items -File | Where-Object Name -NE $script:late | ForEach-Object { [pscustomobject]@{ Name = $_.Name; ContentType = 'SecureString' } }
    $script:late = $null
}

function Remove-AzKeyVaultSecret([string] $Name, [string] $VaultName, [switch] $Force) {
    $null = $VaultName, $Force
    Use-Request
    $deleted = New-Item (Join-Path $env:STAND_IN_VAULT deleted) -ItemType Directory -Force
    $file = Join-Path $items $Name
    if (-not (Test-Path $file)) { throw "A secret with (name/id) $Name was not found in this key vault." }
    Move-Item $file $deleted -Force
}
