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
        Get-LlmConfig | Sort-Object Id | ForEach-Object { "$($_.Id) $($_.Name) $($_.Provider) $($_.Model) $($_.BaseUrl) $($_.Organization) $($_.Headers) $($_.Tags) $($_.Owner) $('{0:o}' -f $_.ExpiresAt) $(Get-LlmConfigKey -Id $_.Id -AsPlainText)" }
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
            { Set-LlmConfig b -Organization org-example -Header @{ 'X-Team' = 'blue' } -Tag eu, us -Owner ops -ExpiresAt 2031-02-03T04:05:06Z }
            { Set-LlmConfig b -Header $null -Tag eu -Owner team }
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
        Invoke-Home first { (Microsoft.PowerShell.SecretManagement\Get-SecretInfo -Vault Team).Count } | Should -Be '3'
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
        Invoke-Home first { Microsoft.PowerShell.SecretManagement\Get-Secret -Vault Team -Name other-program -AsPlainText } | Should -Be 'sk-test-of-another-program'
    }

    It 'removes no key of the first by a forged intent of the second' {
        $null = Invoke-Home first { New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-first') -Vault Team }
        $null = Invoke-Home second { New-LlmConfig own openai -ApiKey (ConvertTo-Key 'sk-test-second') -Vault Team }
        $key = (Get-Content (Join-Path $script:TestHome first llm_config.json) -Raw | ConvertFrom-Json).configs[0].key.id
        $store = (Get-Content (Join-Path $script:TestHome second llm_config.json) -Raw | ConvertFrom-Json).store
        $forged = Join-Path $script:TestHome second pending "$([guid]::NewGuid()).json"
        @{ version = 1; store = $store; process = 1; createdAt = '2026-01-01T00:00:00.000Z'; keys = @(@{ vault = 'Team'; id = $key }) } | ConvertTo-Json -Depth 4 | Set-Content $forged
        if (-not $IsWindows) { [IO.File]::SetUnixFileMode($forged, 'UserRead, UserWrite') }

        # A change of the same vault looks at what dead processes left, and so does a repair.
        $said = Invoke-Home second { New-LlmConfig next openai -ApiKey (ConvertTo-Key 'sk-test-next') -Vault Team; Repair-LlmConfig -Force }

        "$said" | Should -Match $key
        $forged | Should -Not -Exist
        Invoke-Home first { Get-LlmConfigKey work -AsPlainText } | Should -Be 'sk-test-first'
        Invoke-Home second { Get-LlmConfigKey own -AsPlainText } | Should -Be 'sk-test-second'
    }

    It 'takes the host of a label that somebody changed after a yes only, and says so with -WhatIf' {
        $null = Invoke-Home first { New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-first') -Vault Team }
        $null = Invoke-Home third { Import-LlmConfig -FromVault Team }
        $forge = {
            $info = Microsoft.PowerShell.SecretManagement\Get-SecretInfo -Vault Team -Name 'llm-api-key-*'
            $label = @{}
            foreach ($pair in $info.Metadata.GetEnumerator()) { $label[$pair.Key] = "$($pair.Value)" }
            $label.baseUrl = 'https://forged.example/v1'
            $label.updatedAt = [datetime]::UtcNow.AddMinutes(1).ToString('o')
            Microsoft.PowerShell.SecretManagement\Set-SecretInfo -Vault Team -Name $info.Name -Metadata $label
        }
        $null = Invoke-Home nobody $forge

        # The second never had it, the third has its key already.
        foreach ($name in 'second', 'third') {
            $before = Invoke-Home $name $script:State
            "$(Invoke-Home $name { Import-LlmConfig -FromVault Team -WhatIf })" | Should -Match 'forged\.example'
            Invoke-Home $name { try { Import-LlmConfig -FromVault Team } catch { $_.FullyQualifiedErrorId.Split(',')[0] } } | Should -Be 'InsecureBaseUrl'
            Invoke-Home $name $script:State | Should -Be $before
        }

        Invoke-Home third { (Get-LlmConfig work).BaseUrl } | Should -Be 'https://api.openai.com/v1'
        $null = Invoke-Home second { Import-LlmConfig -FromVault Team -Force }
        Invoke-Home second { (Get-LlmConfig work).BaseUrl } | Should -Be 'https://forged.example/v1'
    }

    It 'keeps the key of the second where an import replaces its name, and makes the foreign host no default' {
        $null = Invoke-Home first { New-LlmConfig work openai-compatible -BaseUrl https://first.example/v1 -ApiKey (ConvertTo-Key 'sk-test-first') -Vault Team }
        $null = Invoke-Home second { New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-second') -Vault LlmConfig -AsDefault -WarningAction SilentlyContinue }

        $whatIf = "$(Invoke-Home second { Import-LlmConfig -FromVault Team -OnConflict Replace -WhatIf })"
        $whatIf | Should -Match 'first\.example'
        $whatIf | Should -Match "keeps its key and is called 'work \(2\)'"
        Invoke-Home second { (Get-LlmConfig).Name } | Should -Be 'work'

        $null = Invoke-Home second { Import-LlmConfig -FromVault Team -OnConflict Replace -Force -WarningAction SilentlyContinue }
        Invoke-Home second { Get-LlmConfigKey 'work (2)' -AsPlainText } | Should -Be 'sk-test-second'
        Invoke-Home second { Get-LlmConfigKey work -AsPlainText } | Should -Be 'sk-test-first'
        Invoke-Home second { (Get-LlmConfig -Default).Name } | Should -Be 'work (2)'
    }

    It 'says which vaults cannot be followed' {
        Invoke-Home second {
            foreach ($wanted in 'LlmConfig', 'Nowhere') { try { Import-LlmConfig -FromVault $wanted } catch { $_.FullyQualifiedErrorId.Split(',')[0] } }
        } | Should -Be 'VaultUnavailable', 'VaultNotFound'
    }
}
