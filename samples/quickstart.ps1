<#
.SYNOPSIS
The main job of LlmConfig.PowerShell from start to end, in a temporary store.

.DESCRIPTION
Creates two configurations (one with a key from an environment variable, one for a local server without a key), lists
them, rotates the key, hands the configuration to a tool, shows where everything lies and how it
is protected, and removes them. Where the module is not imported yet, it is imported from out/, where dotnet build leaves it.

.PARAMETER Store
The folder of the store to work in. Without it, a temporary folder is used and removed at the end.

.EXAMPLE
dotnet tool exec powershell -y -- -NoProfile -File samples/quickstart.ps1

.EXAMPLE
Import-Module ./out/LlmConfig.PowerShell; ./samples/quickstart.ps1
#>
param(
    [string] $Store
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module LlmConfig.PowerShell)) { Import-Module (Join-Path $PSScriptRoot .. out LlmConfig.PowerShell) }

$temporary = -not $Store
$before = @{ LLMCONFIG_HOME = $env:LLMCONFIG_HOME; QUICKSTART_KEY = $env:QUICKSTART_KEY }
$env:LLMCONFIG_HOME = if ($temporary) { [IO.Directory]::CreateTempSubdirectory('llmconfig-quickstart-').FullName } else { $Store }

try {
    '1. Create a configuration with a key from an environment variable, and one for a local server without a key.'
    $env:QUICKSTART_KEY = 'sk-test-' + [guid]::NewGuid().ToString('N')
    $null = New-LlmConfig -Name quickstart-work -Provider openai -ApiKeyFromEnvironment QUICKSTART_KEY -Model gpt-5 -AsDefault
    $null = New-LlmConfig -Name quickstart-local -Provider ollama -Model llama3.2
    $env:QUICKSTART_KEY = $null

    ''
    '2. List them. No property of a configuration holds a key.'
    Get-LlmConfig -Name quickstart-* | Out-Host

    '3. Rotate the key: the new one is on disk before the old one goes.'
    $new = [Net.NetworkCredential]::new('', 'sk-test-' + [guid]::NewGuid().ToString('N')).SecurePassword
    Set-LlmConfig -Name quickstart-work -ApiKey $new

    ''
    '4. Hand it to a tool: its variables are set for the block alone.'
    Use-LlmConfig -Name quickstart-work {
        if ($IsWindows) { & $env:ComSpec /d /c 'if defined OPENAI_API_KEY echo    The tool has a key for %OPENAI_BASE_URL%.' }
        else { /bin/sh -c 'echo "   The tool has a key of ${#OPENAI_API_KEY} characters for $OPENAI_BASE_URL."' }
    }
    "   And behind the block: $(if ($env:OPENAI_API_KEY) { 'what was there before' } else { 'nothing' })."

    ''
    '5. Where everything lies, and how it is protected.'
    Get-LlmConfigStore | Out-Host

    '6. Remove them, the key included.'
    Remove-LlmConfig -Name quickstart-work, quickstart-local -Force
    "   $(@(Get-LlmConfig -Name quickstart-*).Count) configurations left."
}
finally {
    $store = $env:LLMCONFIG_HOME
    $env:LLMCONFIG_HOME = $before.LLMCONFIG_HOME
    $env:QUICKSTART_KEY = $before.QUICKSTART_KEY
    if ($temporary) { [IO.Directory]::Delete($store, $true) }
}
