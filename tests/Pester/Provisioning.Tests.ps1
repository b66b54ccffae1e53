#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# The samples of docs/provisioning.md that can run here, in a home of their own.

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Repository = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'XDG_CONFIG_HOME', 'LLMCONFIG_HOME', 'OPENAI_API_KEY', 'PSModulePath') {
        $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    $env:HOME = [IO.Directory]::CreateTempSubdirectory('llmconfig-provisioning-').FullName
    $env:XDG_CONFIG_HOME = $null
    $env:LLMCONFIG_HOME = Join-Path $env:HOME store
    $env:OPENAI_API_KEY = 'sk-test-' + [guid]::NewGuid().ToString('N')
    # By its name, as the samples import it.
    $env:PSModulePath = @((Join-Path $Repository out), (Split-Path (Get-Module Pester).ModuleBase | Split-Path)) -join [IO.Path]::PathSeparator
}

AfterAll {
    Remove-Item $env:HOME -Recurse -Force
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'The samples of provisioning' {
    It 'bring a store to the desired state, prove it with Pester, and see what drifted' {
        $samples = Join-Path $script:Repository samples provisioning
        $lines = pwsh -NoProfile -NonInteractive -Command "
            `$ErrorActionPreference = 'Stop'
            Set-LlmConfigStore -Protector KeyFile
            (Import-LlmConfig '$samples/desired.json' -Mode Exact).Changed -join ' '
            (Import-LlmConfig '$samples/desired.json' -Mode Exact).Changed -join ' '
            function Test-Machine {
                (Invoke-Pester -Container (New-PesterContainer -Path '$samples/Machine.Tests.ps1' -Data @{ DesiredState = '$samples/desired.json' }) -Output None -PassThru).FailedCount
            }
            Test-Machine
            Set-LlmConfig local -Model other
            Test-Machine" 2>&1 | ForEach-Object { "$_" }
        $lines | Should -Be 'True True', 'False False', '0', '1'
    }
}
