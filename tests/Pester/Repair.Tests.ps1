#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# Test-LlmConfig, Repair-LlmConfig and the log in the real shell: each damage is found, repaired and gone, and a second
# repair does nothing. Every test works in a home of its own.

BeforeDiscovery {
    $damages = @(
        @{ Name = 'a damaged file'; Check = 'File'; Status = 'Error'; Names = 'local', 'work'; Damage = { '{' > "$env:LLMCONFIG_HOME/llm_config.json" } }
        @{ Name = 'an empty file'; Check = 'File'; Status = 'Error'; Names = 'local', 'work'; Damage = { Clear-Content "$env:LLMCONFIG_HOME/llm_config.json" } }
        @{ Name = 'a file that is gone'; Check = 'File'; Status = 'Error'; Names = 'local', 'work'; Damage = { Remove-Item "$env:LLMCONFIG_HOME/llm_config.json" } }
        @{ Name = 'a file and a backup that are damaged'; Check = 'File'; Status = 'Error'; Names = 'work'; Damage = { '{' > "$env:LLMCONFIG_HOME/llm_config.json"; '{' > "$env:LLMCONFIG_HOME/llm_config.json.bak" } }
        @{ Name = 'a file and a backup that are gone'; Check = 'File'; Status = 'Error'; Names = 'work'; Damage = { Remove-Item "$env:LLMCONFIG_HOME/llm_config.json*" } }
        @{ Name = 'a damaged backup'; Check = 'Backup'; Status = 'Warning'; Names = 'local', 'work'; Damage = { '{' > "$env:LLMCONFIG_HOME/llm_config.json.bak" } }
        @{ Name = 'a folder that all may enter'; Check = 'Permission'; Status = 'Error'; Names = 'local', 'work'; Damage = { chmod 755 $env:LLMCONFIG_HOME } }
        @{ Name = 'a master key that all may read'; Check = 'Permission'; Status = 'Error'; Names = 'local', 'work'; Damage = { chmod 644 (Get-ChildItem "$env:LLMCONFIG_HOME/vault/master-*.key").FullName } }
        @{ Name = 'a file that was left half-written'; Check = 'Leftover'; Status = 'Warning'; Names = 'local', 'work'; Damage = { 'x' > "$env:LLMCONFIG_HOME/llm_config.json.00.tmp"; chmod 600 "$env:LLMCONFIG_HOME/llm_config.json.00.tmp" } }
        @{ Name = 'a change that was left undone'; Check = 'Intent'; Status = 'Warning'; Names = 'local', 'work'; Damage = {
                $path = "$env:LLMCONFIG_HOME/pending/$([guid]::NewGuid()).json"
                '{"version":1,"store":"' + (Get-LlmConfigStore).StoreId + '","process":1,"createdAt":"2026-11-23T20:40:10.100Z","keys":[{"vault":"LlmConfig","id":"llm-api-key-00112233445566778899aabbccddeeff"}]}' > $path
                chmod 600 $path
            }
        }
        @{ Name = 'a key that its configuration lost sight of'; Check = 'Key'; Status = 'Error'; Names = 'local', 'work'; Damage = {
                foreach ($file in "$env:LLMCONFIG_HOME/llm_config.json", "$env:LLMCONFIG_HOME/llm_config.json.bak") {
                    [IO.File]::WriteAllText($file, ([IO.File]::ReadAllText($file) -replace 'llm-api-key-[0-9a-f]{32}', 'llm-api-key-00112233445566778899aabbccddeeff'))
                }
            }
        }
    )
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'LLMCONFIG_HOME', 'LLMCONFIG_LOG', 'XDG_CONFIG_HOME') { $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name) }
    Import-Module $script:Module -Force -ErrorAction Stop

    function Get-Problem { Test-LlmConfig | Where-Object Status -NE Ok }

    # Names, modes and contents of all that the store holds; of lock files the content is a note of who had it last.
    function Get-StoreState {
        Get-ChildItem $env:LLMCONFIG_HOME -Recurse -Force | Sort-Object FullName | ForEach-Object {
            "$($_.FullName) $($_.UnixMode) $(if (-not $_.PSIsContainer -and $_.Extension -ne '.lock') { (Get-FileHash $_.FullName).Hash })"
        }
    }

    # Removes work's entry from the file and its backup, by hand: its key is left behind.
    function Remove-WorkByHand {
        $file = "$env:LLMCONFIG_HOME/llm_config.json"
        $json = [IO.File]::ReadAllText($file) | ConvertFrom-Json
        $json.configs = @($json.configs | Where-Object name -NE work)
        $json.PSObject.Properties.Remove('default')
        $text = $json | ConvertTo-Json -Depth 5
        [IO.File]::WriteAllText($file, $text)
        [IO.File]::WriteAllText("$file.bak", $text)
    }
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'Test-LlmConfig and Repair-LlmConfig' {
    BeforeEach {
        $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-pester-').FullName
        $env:HOME = $script:TestHome
        $env:XDG_CONFIG_HOME = $null
        $env:LLMCONFIG_LOG = $null
        $env:LLMCONFIG_HOME = Join-Path $script:TestHome store
        $script:Key = 'sk-test-' + [guid]::NewGuid().ToString('N')
        Set-LlmConfigStore -Protector KeyFile
        New-LlmConfig work openai -ApiKey (ConvertTo-SecureString $script:Key -AsPlainText -Force) | Out-Null
        New-LlmConfig local ollama | Out-Null
    }

    AfterEach {
        $env:HOME = $script:Saved.HOME
        $env:LLMCONFIG_LOG = $null
        chmod -R u+rwX $script:TestHome
        Remove-Item $script:TestHome -Recurse -Force
    }

    It 'finds nothing to do in a whole store' {
        $results = Test-LlmConfig
        $results.Status | Sort-Object -Unique | Should -Be Ok
        $results.Check | Should -Be @('File', 'Version', 'Backup', 'Owner', 'Permission', 'Protector', 'Intent', 'Leftover', 'Key', 'Host', 'Label', 'Orphan')
        Test-LlmConfig -Quiet | Should -BeTrue
        Repair-LlmConfig | Should -BeNullOrEmpty
    }

    It 'finds <Name>, repairs it, and does nothing the second time' -ForEach $damages {
        & $Damage
        $before = Get-StoreState
        $found = Test-LlmConfig -WarningVariable warned | Where-Object Check -EQ $Check | Where-Object Status -NE Ok
        @($found).Count | Should -Be 1
        $found.Status | Should -Be $Status
        $found.Remedy | Should -Match 'Repair-LlmConfig'
        $warned | Should -BeNullOrEmpty
        Test-LlmConfig -Quiet | Should -Be ($Status -eq 'Warning')

        Repair-LlmConfig -WhatIf
        Get-StoreState | Should -Be $before

        $done = Repair-LlmConfig
        @($done).Count | Should -BeGreaterThan 0
        $done.Changed | Should -Not -Contain $false
        Get-Problem | Should -BeNullOrEmpty
        (Get-LlmConfig).Name | Sort-Object | Should -Be $Names
        Get-LlmConfigKey work -AsPlainText | Should -Be $script:Key

        $repaired = Get-StoreState
        Repair-LlmConfig | Should -BeNullOrEmpty
        Get-StoreState | Should -Be $repaired
    }

    It 'lists with -WhatIf exactly the steps that it then does' {
        '{' > "$env:LLMCONFIG_HOME/llm_config.json"
        chmod 777 $env:LLMCONFIG_HOME
        chmod 644 "$env:LLMCONFIG_HOME/llm_config.json"
        $preview = pwsh -NoProfile -Command "Import-Module '$script:Module'; Repair-LlmConfig -WhatIf" | Where-Object { $_ -match '^What if' }
        $done = @(Repair-LlmConfig)
        @($preview).Count | Should -Be $done.Count
        for ($i = 0; $i -lt $done.Count; $i++) { $preview[$i] | Should -BeLike "*on target `"$($done[$i].Target)`".*" }
    }

    It 'keeps what was damaged' {
        'precious' > "$env:LLMCONFIG_HOME/llm_config.json"
        $done = Repair-LlmConfig
        $kept = Get-ChildItem $env:LLMCONFIG_HOME -Filter llm_config.json.damaged-*
        $kept.Name | Should -Match '^llm_config\.json\.damaged-\d{8}T\d{6}Z$'
        Get-Content $kept.FullName | Should -Be precious
        ($done | Where-Object Check -EQ File).Message | Should -BeLike "*$($kept.Name)*"
    }

    It 'removes an orphan only when it is told to, and says so' {
        Remove-WorkByHand
        (Get-Problem).Check | Should -Be Orphan
        # Nobody can be asked in a session that is not interactive.
        pwsh -NoProfile -NonInteractive -Command "Import-Module '$script:Module'; Repair-LlmConfig" 3>&1 | Out-String | Should -Match '-Force'
        (Get-ChildItem "$env:LLMCONFIG_HOME/vault" -Filter *.sealed).Count | Should -Be 1
        (Repair-LlmConfig -Force).Check | Should -Be Orphan
        (Get-ChildItem "$env:LLMCONFIG_HOME/vault" -Filter *.sealed).Count | Should -Be 0
        Get-Problem | Should -BeNullOrEmpty
    }

    It 'does not ask with -Confirm:$false' {
        Remove-WorkByHand
        (Repair-LlmConfig -Confirm:$false).Changed | Should -BeTrue
        (Get-ChildItem "$env:LLMCONFIG_HOME/vault" -Filter *.sealed).Count | Should -Be 0
    }

    It 'leaves a key that was kept for other stores' {
        Remove-LlmConfig work -KeepKey
        Get-Problem | Should -BeNullOrEmpty
        Repair-LlmConfig -Force | Should -BeNullOrEmpty
        (Get-ChildItem "$env:LLMCONFIG_HOME/vault" -Filter *.sealed).Count | Should -Be 1
    }

    It 'reports a lost key with its remedy, which works' {
        Get-ChildItem "$env:LLMCONFIG_HOME/vault" -Filter *.sealed | Remove-Item
        $left = Repair-LlmConfig
        $left.Changed | Should -BeFalse
        $left.Target | Should -Be work
        $left.Remedy | Should -Match 'Set-LlmConfig -AskApiKey'
        Set-LlmConfig work -ApiKey (ConvertTo-SecureString 'sk-test-new' -AsPlainText -Force)
        Test-LlmConfig -Quiet | Should -BeTrue
    }

    It 'refuses a newer version' {
        $file = "$env:LLMCONFIG_HOME/llm_config.json"
        (Get-Content $file -Raw) -replace '"version": 1', '"version": 9' | Set-Content $file
        $before = Get-StoreState
        { Repair-LlmConfig -ErrorAction Stop } | Should -Throw -ErrorId 'StoreVersionUnsupported,LlmConfig.Commands.RepairLlmConfigCommand'
        (Test-LlmConfig | Where-Object Check -EQ Version).Status | Should -Be Error
        Get-StoreState | Should -Be $before
    }

    It 'takes days, times and texts as the age of keys' {
        foreach ($age in 1, 0.5, '1', (New-TimeSpan -Days 1)) {
            (Test-LlmConfig -MaxKeyAge $age | Where-Object Check -EQ Age).Status | Should -Be Ok
        }

        (Test-LlmConfig -MaxKeyAge 0 | Where-Object Check -EQ Age).Status | Should -Be Warning
        { Test-LlmConfig -MaxKeyAge -1 } | Should -Throw
    }

    It 'checks what is named, and what is piped in' {
        (Test-LlmConfig work).Check | Should -Be Key, Host, Label
        (Get-LlmConfig | Test-LlmConfig | Where-Object Check -EQ Key).Target | Should -Be work
        Test-LlmConfig local | Should -BeNullOrEmpty
        Get-LlmConfig none* | Test-LlmConfig | Should -BeNullOrEmpty
        Test-LlmConfig nobody -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'creates nothing where there is no store' {
        $env:LLMCONFIG_HOME = Join-Path $script:TestHome fresh
        (Test-LlmConfig).Message | Should -BeLike 'There is no store yet*'
        Test-LlmConfig -Quiet | Should -BeTrue
        Repair-LlmConfig | Should -BeNullOrEmpty
        $env:LLMCONFIG_HOME | Should -Not -Exist
    }

    It 'logs changes and failures, and never a key' {
        $env:LLMCONFIG_LOG = Join-Path $script:TestHome log.jsonl
        Set-LlmConfig work -ApiKey (ConvertTo-SecureString $script:Key -AsPlainText -Force)
        Get-LlmConfigKey nobody -ErrorAction SilentlyContinue
        Remove-LlmConfig work
        $lines = Get-Content $env:LLMCONFIG_LOG | ConvertFrom-Json
        $lines.event | Should -Contain ConfigurationChanged
        $lines.event | Should -Contain ConfigurationRemoved
        ($lines | Where-Object event -EQ Failed).data.code | Should -Be NotFound
        Get-Content $env:LLMCONFIG_LOG -Raw | Should -Not -Match 'sk-test-'
        (Get-Item $env:LLMCONFIG_LOG).UnixMode | Should -Be '-rw-------'
    }

    It 'warns once of a log that cannot be written, and goes on' {
        $env:LLMCONFIG_LOG = Join-Path $script:TestHome nowhere log.jsonl
        New-LlmConfig more ollama -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        $warned | Should -Match 'log is not written'
        New-LlmConfig again ollama -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        $warned | Should -BeNullOrEmpty
        (Get-LlmConfig).Count | Should -Be 4
    }
}
