<#
.SYNOPSIS
Builds, tests and packages LlmConfig.PowerShell, for people who have PowerShell. Build and Test also work with the dotnet
command alone: see README.md.

.PARAMETER Task
Build    leaves the module at out/LlmConfig.PowerShell.
Test     builds, and runs all suites: xUnit, and Pester in the pwsh of dotnet-tools.json.
Pester   builds, and runs the Pester suite in this shell instead.
Modules  saves what some Pester suites need (SecretManagement, SecretStore, PSScriptAnalyzer, PlatyPS) and what is not installed
         from the PowerShell Gallery to out/modules.
Help     makes en-US/LlmConfig.PowerShell.dll-Help.xml of docs/cmdlets (Microsoft.PowerShell.PlatyPS 1.0 or later). Tasks
         after it build anew, with that help.
Package  leaves at out/packages what is published: the module's folder and package, llmconfig as a .NET tool, and a bill of
         materials. See build/New-Package.ps1.

.PARAMETER Configuration
Debug or Release; Package always takes Release.

.EXAMPLE
./build.ps1

.EXAMPLE
./build.ps1 -Task Test, Pester
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Pester', 'Modules', 'Help', 'Package')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) ended with exit code $LASTEXITCODE." }
}

function Invoke-Build([string] $Configuration, [string[]] $Properties) {
    # What an earlier build left there must not end up in the module.
    foreach ($folder in 'LlmConfig.PowerShell', 'llmconfig') {
        $path = Join-Path $PSScriptRoot out $folder
        if (Test-Path $path) { Remove-Item $path -Recurse -Force }
    }

    Invoke-Dotnet build (Join-Path $PSScriptRoot LlmConfig.PowerShell.sln) --configuration $Configuration @Properties
}

function Invoke-PesterSuite {
    # Tests would inherit it, and .Count of nothing would be an error in them.
    Set-StrictMode -Off
    & (Join-Path $PSScriptRoot tests Pester Invoke-Suite.ps1)
    if ($LASTEXITCODE -ne 0) { throw 'The Pester suite failed.' }
}

function Save-Module {
    $wanted = [ordered]@{
        'Microsoft.PowerShell.SecretManagement' = '[1.1.2, 2.0)'
        'Microsoft.PowerShell.SecretStore'      = '[1.0.6, 2.0)'
        'PSScriptAnalyzer'                      = '[1.24.0, 2.0)'
        'Microsoft.PowerShell.PlatyPS'          = '[1.0.0, 2.0)'
    }
    $folder = (New-Item (Join-Path $PSScriptRoot out modules) -ItemType Directory -Force).FullName
    foreach ($module in $wanted.Keys) {
        if ((Get-Module $module -ListAvailable) -or (Test-Path (Join-Path $folder $module))) {
            "$module is there."
            continue
        }

        try {
            Save-PSResource $module -Version $wanted[$module] -Path $folder -Repository PSGallery -TrustRepository -ErrorAction Stop
            "$module was saved to out/modules."
        }
        catch {
            [Console]::Error.WriteLine("$module could not be saved from the PowerShell Gallery: $(("$_" -split ' Request sent|\n')[0])")
            exit 1
        }
    }
}

$built = $false
foreach ($name in $Task) {
    if ($name -eq 'Package') {
        & (Join-Path $PSScriptRoot build New-Package.ps1) -Destination (Join-Path $PSScriptRoot out packages)
        continue
    }

    if ($name -eq 'Modules') {
        Save-Module
        continue
    }

    if ($name -eq 'Help') {
        & (Join-Path $PSScriptRoot docs ConvertTo-Maml.ps1) -Destination (Join-Path $PSScriptRoot en-US)
        $built = $false
        continue
    }

    if (-not $built) {
        Invoke-Build $Configuration
        $built = $true
    }

    switch ($name) {
        Test { Invoke-Dotnet test (Join-Path $PSScriptRoot LlmConfig.PowerShell.sln) --no-build --configuration $Configuration }
        Pester { Invoke-PesterSuite }
    }
}
