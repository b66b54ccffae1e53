# Stands in for Keeper's PowerCommander.
$items = Join-Path $env:STAND_IN_VAULT items

function Connect-Keeper { if (Test-Path (Join-Path $env:STAND_IN_VAULT signed-out)) { throw 'Not logged in.' } }

function Add-KeeperRecord([string] $Title, [string] $RecordType, [string] $Uid, [string] $Folder, [object[]] $Extra) {
    $null = $RecordType, $Folder
    $name = if ($Uid) { $Uid } else { $Title }
    [IO.File]::WriteAllText((Join-Path $items $name), (ConvertFrom-SecureString $Extra[1] -AsPlainText))
    Write-Information "Record created: $name" -InformationAction Continue
}

function Get-KeeperRecord([string] $Uid) { [pscustomobject]@{ Uid = $Uid; Name = $Uid } }

function Get-KeeperRecordPassword([object] $Record, [switch] $Silent) { $null = $Silent; [IO.File]::ReadAllText((Join-Path $items $Record.Uid)) }

function Get-KeeperChildItem([string] $ObjectType) { $null = $ObjectType; Get-ChildItem $items -File | ForEach-Object { [pscustomobject]@{ Uid = $_.Name; Name = $_.Name } } }
