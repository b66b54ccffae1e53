#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# Two homes of LlmConfig that share one vault, the real SecretStore. SecretStore remembers the HOME of the process that loaded it,
# so each step runs in a process of its own, as on two machines; the user's homes and vaults are never touched.

BeforeDiscovery {
    $installed = @('Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore' | Where-Object { Get-Module $_ -ListAvailable }).Count -eq 2
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'LLMCONFIG_HOME', 'XDG_CONFIG_HOME', 'LOCALAPPDATA') { $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name) }
    $script:Prelude = @"
        `$ErrorActionPreference = 'Stop'
        `$ProgressPreference = 'SilentlyContinue'
        function ConvertTo-Key([string] `$Text) { ConvertTo-SecureString `$Text -AsPlainText -Force }
        Import-Module '$script:Module'
"@

    # Runs a script in a process of its own, with one of the two homes; gives back its lines.
    function Invoke-Home([string] $Name, [scriptblock] $Script) {
        $env:LLMCONFIG_HOME = Join-Path $script:TestHome $Name
        $file = Join-Path $script:TestHome "$([guid]::NewGuid().ToString('N')).ps1"
        Set-Content $file ($script:Prelude, "& {$Script}" -join "`n")
        $output = pwsh -NoProfile -NonInteractive -File $file 2>&1
        if ($LASTEXITCODE -ne 0) { throw "The script ended with exit code $LASTEXITCODE`: $($output | Out-String)" }
        @($output | ForEach-Object { "$_" })
    }

    # What a home holds: settings, and the values of the keys.
    $script:State = {
        Get-LlmConfig | Sort-Object Id | ForEach-Object { "$($_.Id) $($_.Name) $($_.Provider) $($_.Model) $($_.BaseUrl) $(Get-LlmConfigKey -Id $_.Id -AsPlainText)" }
    }
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'Two homes that share one vault' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $installed) {
    BeforeEach {
        $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-shared-').FullName
        $env:HOME = $script:TestHome
        $env:LOCALAPPDATA = $script:TestHome
        $env:XDG_CONFIG_HOME = $null
        Invoke-Home first {
            Import-Module Microsoft.PowerShell.SecretStore
            Set-SecretStoreConfiguration -Authentication None -Interaction None -Confirm:$false -Password (ConvertTo-Key 'x')
            Register-SecretVault Microsoft.PowerShell.SecretStore -Name Team
            Set-Secret -Vault Team -Name other-program -Secret 'sk-test-of-another-program'
        }
    }

    AfterEach {
        $env:HOME = $script:Saved.HOME
        Remove-Item $script:TestHome -Recurse -Force
    }

    It 'gives the second what the first creates, rotates, renames and removes; a second import changes nothing' {
        $steps = @(
            { $null = 'a', 'b', 'c' | ForEach-Object { New-LlmConfig $_ openai -ApiKey (ConvertTo-Key "sk-test-$_-1") -Vault Team -WarningAction SilentlyContinue } }
            { Set-LlmConfig a -ApiKey (ConvertTo-Key 'sk-test-a-2') -WarningAction SilentlyContinue }
            { Set-LlmConfig b -NewName x; Set-LlmConfig a -NewName b; Set-LlmConfig x -NewName a -Model gpt-5 }
            { Remove-LlmConfig c }
        )
        foreach ($step in $steps) {
            $null = Invoke-Home first $step
            $null = Invoke-Home second { Import-LlmConfig -FromVault Team -WarningAction SilentlyContinue }
            $first = Invoke-Home first $script:State
            $first.Count | Should -BeGreaterThan 1
            Invoke-Home second $script:State | Should -Be $first
            $again = Invoke-Home second {
                $revision = (Get-LlmConfigStore).Revision
                Import-LlmConfig -FromVault Team
                (Get-LlmConfigStore).Revision - $revision
            }
            $again | Should -Be '0'
        }

        # Only what the first still refers to is in the vault, and what is not ours.
        Invoke-Home first { (Get-SecretInfo -Vault Team).Count } | Should -Be '3'
    }

    It 'gives a key that the first rotated after the next import and not before, and neither home removes what is not its own' {
        $null = Invoke-Home first { New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-1') -Vault Team -WarningAction SilentlyContinue }
        $null = Invoke-Home second { Import-LlmConfig -FromVault Team }
        $null = Invoke-Home first { Set-LlmConfig work -ApiKey (ConvertTo-Key 'sk-test-2') -WarningAction SilentlyContinue }
        Invoke-Home second { try { Get-LlmConfigKey work } catch { $_.FullyQualifiedErrorId.Split(',')[0] } } | Should -Be 'KeyMissing'
        $null = Invoke-Home second { Import-LlmConfig -FromVault Team }
        Invoke-Home second { Get-LlmConfigKey work -AsPlainText } | Should -Be 'sk-test-2'

        $null = Invoke-Home second { Remove-LlmConfig work }
        Invoke-Home first { Get-LlmConfigKey work -AsPlainText } | Should -Be 'sk-test-2'
        Invoke-Home first { Get-Secret -Vault Team -Name other-program -AsPlainText } | Should -Be 'sk-test-of-another-program'
    }

    It 'says which vaults cannot be followed' {
        Invoke-Home second {
            foreach ($wanted in 'LlmConfig', 'Nowhere') { try { Import-LlmConfig -FromVault $wanted } catch { $_.FullyQualifiedErrorId.Split(',')[0] } }
        } | Should -Be 'VaultUnavailable', 'VaultNotFound'
    }
}
