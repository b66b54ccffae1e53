<#
Proves that a machine is as it is to be, with Pester:
    Invoke-Pester -Container (New-PesterContainer -Path ./Machine.Tests.ps1 -Data @{ DesiredState = './desired.json' })
#>
param([Parameter(Mandatory)] [string] $DesiredState)

Describe 'LLM configurations of this machine' {
    BeforeAll {
        Import-Module LlmConfig.PowerShell
    }

    It 'are as the desired state describes them' {
        Test-LlmConfig -DesiredState $DesiredState | Where-Object Status -NE Ok | ForEach-Object { "$($_.Target): $($_.Message)" } | Should -BeNullOrEmpty
    }

    It 'have their keys, and the store is whole' {
        Test-LlmConfig | Where-Object Status -EQ Error | Should -BeNullOrEmpty
    }

    It 'keep their keys under a protector that is ready' {
        (Get-LlmConfigStore).ProtectorState | Should -Be Ready
    }
}
