<#
.SYNOPSIS
Builds, tests and packages LlmConfig.PowerShell, for people who have PowerShell. Build and Test also work with the dotnet
command alone: see README.md.

.PARAMETER Task
Build    leaves the module at out/LlmConfig.PowerShell and the shell at out/llmconfig.
Test     builds, and runs the xUnit suites.
Pester   builds, and runs the Pester suite in this shell (Pester 5.5 or later).
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
    [ValidateSet('Build', 'Test', 'Pester', 'Help', 'Package')]
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
    $pester = Get-Module Pester -ListAvailable | Where-Object Version -GE 5.5.0 | Select-Object -First 1
    if (-not $pester) { throw 'Pester 5.5 or later is not installed: Install-Module Pester -MinimumVersion 5.5.0' }

    # Tests would inherit it, and .Count of nothing would be an error in them.
    Set-StrictMode -Off
    Import-Module $pester
    $settings = New-PesterConfiguration
    $settings.Run.Path = Join-Path $PSScriptRoot tests Pester
    $settings.Run.PassThru = $true
    $settings.Output.Verbosity = 'Detailed'
    $settings.TestResult.Enabled = $true
    $settings.TestResult.OutputPath = Join-Path $PSScriptRoot TestResults pester.xml
    $result = Invoke-Pester -Configuration $settings
    if ($result.Result -ne 'Passed') { throw "$($result.FailedCount) Pester tests failed." }
}

$built = $false
foreach ($name in $Task) {
    if ($name -eq 'Package') {
        & (Join-Path $PSScriptRoot build New-Package.ps1) -Destination (Join-Path $PSScriptRoot out packages)
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
