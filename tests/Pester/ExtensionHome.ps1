# A home of its own for one extension vault: AnyVault.Tests.ps1 makes it, and each process that it starts begins with this file.

function ConvertTo-Key([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }

# Where the extensions are looked for.
function Get-ExtensionFolder { @("$env:LLMCONFIG_TEST_EXTENSIONS", $env:PSModulePath | ForEach-Object { $_ -split [IO.Path]::PathSeparator } | Where-Object { $_ }) }

function Find-Extension([string] $Module) { Get-ExtensionFolder | ForEach-Object { Join-Path $_ $Module } | Where-Object { Test-Path $_ } | Select-Object -First 1 }

# What is not there of an extension and of what it needs.
function Get-MissingPart([hashtable] $Extension) {
    foreach ($module in 'Microsoft.PowerShell.SecretManagement', ($Extension.Extension ?? $Extension.Module)) { if (-not (Find-Extension $module)) { $module } }
    foreach ($part in $Extension.Needs) { if (-not (Find-Extension $part) -and -not (Get-Command $part -CommandType Application -ErrorAction Ignore)) { $part } }
}

# Makes the home, its variables and the vault; gives back the folder.
function New-ExtensionHome([hashtable] $Extension) {
    $folder = [IO.Directory]::CreateTempSubdirectory('llmconfig-any-').FullName
    $env:HOME = $env:LOCALAPPDATA = $folder
    $env:XDG_CONFIG_HOME = $env:XDG_DATA_HOME = $null
    $env:LLMCONFIG_HOME = Join-Path $folder store
    $env:STAND_IN_VAULT = Join-Path $folder vault
    $programs = Join-Path $folder bin
    $modules = Join-Path $folder modules
    $null = New-Item (Join-Path $env:STAND_IN_VAULT items), $programs, $modules -ItemType Directory
    foreach ($name in $Extension.StandIns) {
        $source = Join-Path $PSScriptRoot StandIns $name
        if (Test-Path $source -PathType Container) { Copy-Item $source $modules -Recurse } else { Copy-Item $source $programs }
    }

    # An extension that lies within the module of its vault.
    if ($Extension.Extension) { Copy-Item (Find-Extension $Extension.Extension) (Join-Path $modules $Extension.Module $Extension.Extension) -Recurse }

    $env:PATH = $programs, $env:PATH -join [IO.Path]::PathSeparator
    $env:PSModulePath = @($modules) + (Get-ExtensionFolder) -join [IO.Path]::PathSeparator
    $folder
}

# Where the vault answers that nobody is signed in.
function Set-SignedOut([bool] $IsSignedOut) {
    $marker = Join-Path $env:STAND_IN_VAULT signed-out
    if ($IsSignedOut) { $null = New-Item $marker } else { Remove-Item $marker }
}

# The secrets that the vault itself holds.
function Get-VaultSecret([hashtable] $Extension) {
    if ($Extension.Names) { @(& $Extension.Names | Where-Object { $_ }) } else { @(Get-ChildItem (Join-Path $env:STAND_IN_VAULT items) -File).Name | Where-Object { $_ } }
}

# What every process begins with.
function Start-ExtensionSession([hashtable] $Extension, [string] $Module) {
    Import-Module Microsoft.PowerShell.SecretManagement
    Import-Module $Module
    if (-not (Get-SecretVault -Name Team -ErrorAction Ignore)) {
        if ($Extension.Setup) { $null = & $Extension.Setup }
        $parameters = if ($Extension.Parameters) { & $Extension.Parameters } else { @{} }
        Register-SecretVault $Extension.Module -Name Team -VaultParameters $parameters
        Set-LlmConfigStore -DefaultVault Team -Protector KeyFile
    }

    if ($Extension.Session -and -not (Test-Path (Join-Path $env:STAND_IN_VAULT signed-out))) { $null = & $Extension.Session }
}

function Assert-Equal($Actual, $Expected, [string] $What) { if ("$Actual" -cne "$Expected") { throw "$What`: '$Actual' instead of '$Expected'" } }
