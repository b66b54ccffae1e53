<#
.SYNOPSIS
Runs the Pester suite in this shell and says how many tests passed. `dotnet test` calls it with the pwsh of dotnet-tools.json.

.DESCRIPTION
Pester comes from NuGet: the build of LlmConfig.Pester.csproj copies it to out/modules. The other modules that some suites
need come from PSModulePath, or from out/modules, which `./build.ps1 -Task Modules` fills. Where they are in neither, those tests are
skipped, and one line for each suite says how many.

.PARAMETER Path
The files or folders to run: all suites by default.

.EXAMPLE
dotnet tool exec powershell -y -- -NoProfile -File tests/Pester/Invoke-Suite.ps1 tests/Pester/Help.Tests.ps1
#>
[CmdletBinding()]
param(
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Path = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'
$repository = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
$modules = Join-Path $repository out modules
# Behind the folders that are there: what a person has installed is used first. Shells that the tests start inherit it.
$env:PSModulePath = $env:PSModulePath, $modules -join [IO.Path]::PathSeparator
$pester = Join-Path $modules Pester
if (-not (Test-Path $pester)) { throw 'Pester is not there yet: dotnet build tests/Pester' }
# By its folder, so that an older one on PSModulePath is not taken.
Import-Module (Get-ChildItem $pester -Filter Pester.psd1 -Recurse | Sort-Object { [version] $_.Directory.Name } | Select-Object -Last 1).FullName

$settings = New-PesterConfiguration
$settings.Run.Path = $Path
$settings.Run.PassThru = $true
if ([Console]::IsOutputRedirected) { $settings.Output.RenderMode = 'Plaintext' }
$settings.TestResult.Enabled = $true
$settings.TestResult.OutputPath = Join-Path $repository TestResults pester.xml
$result = Invoke-Pester -Configuration $settings

# A tag of a suite or a test names the modules that it needs.
function Get-Tag($Item) { while ($Item) { $Item.Tag; $Item = $Item.Parent ?? $Item.Block } }
$result.Skipped | ForEach-Object {
    $missing = @(Get-Tag $_ | Sort-Object -Unique | Where-Object { -not (Get-Module $_ -ListAvailable) })
    if ($missing) { [pscustomobject]@{ Suite = Split-Path $_.ScriptBlock.File -Leaf; Missing = $missing -join ' and ' } }
} | Group-Object Suite, Missing | ForEach-Object {
    "$($_.Group[0].Suite): $($_.Count) tests left out: they need $($_.Group[0].Missing) (./build.ps1 -Task Modules)."
}
"Pester $((Get-Module Pester).Version) in PowerShell $($PSVersionTable.PSVersion): $($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped."
exit [int]($result.Result -ne 'Passed')
