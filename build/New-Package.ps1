<#
.SYNOPSIS
Makes what is published: the module's folder and package, the packages of llmconfig as a .NET tool, and a bill of materials.

.DESCRIPTION
The destination then holds
  LlmConfig.PowerShell/                 the module, for any machine: copy it to a folder of $env:PSModulePath;
  LlmConfig.PowerShell.VERSION.nupkg    the same, as Publish-PSResource -NupkgPath takes it;
  llmconfig.VERSION.nupkg               the .NET tool: it only names the next ones, of which dotnet tool install takes one;
  llmconfig.any.VERSION.nupkg           for any machine with the .NET 10 runtime;
  llmconfig.RID.VERSION.nupkg           native code for machines of this kind, which needs no runtime and starts at once;
  _manifest/spdx_2.2/                   the bill of materials (SPDX): every file above, and every package that went into them.

Everything is built anew in a folder of its own, so that no other build is disturbed.

.PARAMETER Destination
The folder for the packages. What it holds is removed first.

.PARAMETER Portable
Leaves out the native code, which takes a minute and a linker (clang or gcc).

.PARAMETER NoManifest
Leaves out the bill of materials.

.PARAMETER Certificate
Signs the module's files (on Windows only).
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Destination,

    [switch] $Portable,

    [switch] $NoManifest,

    [Security.Cryptography.X509Certificates.X509Certificate2] $Certificate
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0
if (-not (Get-Command Compress-PSResource -ErrorAction Ignore)) {
    throw 'Compress-PSResource is missing: Install-PSResource Microsoft.PowerShell.PSResourceGet -Version 1.1.0 brings it.'
}

$root = Split-Path $PSScriptRoot
$portableOnly = $Portable.IsPresent
if (Test-Path $Destination) { Remove-Item $Destination -Recurse -Force }
$Destination = (New-Item $Destination -ItemType Directory -Force).FullName
$work = [IO.Directory]::CreateTempSubdirectory('llmconfig-package-').FullName

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) ended with exit code $LASTEXITCODE." }
}

function New-ModulePackage {
    $module = Join-Path $Destination LlmConfig.PowerShell
    # Native code of one machine is refused by another, so what is published for all has none.
    Invoke-Dotnet build (Join-Path $root src LlmConfig.PowerShell.Extension) @common '-p:CompileAhead=false' "-p:ModuleOutput=$module/"
    if ($Certificate) {
        $signed = Get-ChildItem $module -Recurse -Include *.dll, *.psd1, *.psm1, *.ps1xml |
            Set-AuthenticodeSignature -Certificate $Certificate -HashAlgorithm SHA256 -TimestampServer http://timestamp.digicert.com
        if ($signed.Status -ne 'Valid') { throw 'A file of the module could not be signed.' }
    }

    Compress-PSResource -Path $module -DestinationPath $Destination
}

function New-ToolPackage {
    $kinds = @('any')
    if (-not $portableOnly) { $kinds += [Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier }
    foreach ($kind in $kinds) {
        Invoke-Dotnet pack $program @tool --runtime $kind "-p:PublishAot=$($kind -ne 'any')" "-p:ProgramOutput=$work/$kind/"
    }

    # It may name only what is there: dotnet tool install does not try the next one.
    Invoke-Dotnet pack $program @tool "-p:ToolPackageRuntimeIdentifiers=`"$($kinds -join ';')`"" "-p:ProgramOutput=$work/names/"
}

function New-Manifest {
    $data = (Import-PowerShellDataFile (Join-Path $root module LlmConfig.PowerShell.psd1))
    $about = $data.PrivateData.PSData
    Push-Location $root
    try {
        Invoke-Dotnet tool restore
        Invoke-Dotnet tool run sbom-tool '--' generate -b $Destination -bc $work -pn LlmConfig.PowerShell `
            -pv "$($data.ModuleVersion)-$($about.Prerelease)".TrimEnd('-') -ps $data.Author -nsb $about.ProjectUri -V Error
    }
    finally { Pop-Location }
}

$common = @('--configuration', 'Release', '--artifacts-path', $work, '--verbosity', 'quiet', '-p:RunAnalyzers=false')
$program = Join-Path $root src LlmConfig.Cli
$tool = $common + @('--output', $Destination, '-p:CompileAhead=false')
try {
    New-ModulePackage
    New-ToolPackage
    if (-not $NoManifest) { New-Manifest | Out-Null }
    Get-ChildItem $Destination -Filter *.nupkg
}
finally { Remove-Item $work -Recurse -Force -ErrorAction Ignore }
