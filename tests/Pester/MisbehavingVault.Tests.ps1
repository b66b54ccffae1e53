#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# A vault of our own of which each command misbehaves in each way, behind the real SecretManagement: no key is lost, none is left in the
# vault in silence, and Test-LlmConfig says nothing that is not so. `dotnet test` does the same with more operations and a stand-in.

BeforeDiscovery {
    $installed = [bool](Get-Module Microsoft.PowerShell.SecretManagement -ListAvailable)
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'LLMCONFIG_HOME', 'XDG_CONFIG_HOME', 'LOCALAPPDATA') {
        $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    # What the process of a command runs: all modes and operations, then one line for each fault and one with the counts.
    $script:Suite = {
        $ErrorActionPreference = 'Stop'
        $ProgressPreference = 'SilentlyContinue'
        Import-Module Microsoft.PowerShell.SecretManagement
        Import-Module $Module
        # Nothing here gets better by waiting.
        $adapter = (Get-Command New-LlmConfig).ImplementingType.Assembly.GetType('LlmConfig.VaultSecrets')
        $adapter.GetProperty('FirstPause', [Reflection.BindingFlags]'NonPublic, Static').SetValue($null, [timespan]::Zero)

        $values = @{}
        $keys = @{}
        foreach ($name in 'keep', 'old', 'new') {
            $values[$name] = "sk-test-$name-$([guid]::NewGuid().ToString('N'))"
            $keys[$name] = ConvertTo-SecureString $values[$name] -AsPlainText -Force
        }
        $vault = Join-Path $Folder vault
        $null = New-Item $vault -ItemType Directory
        Register-SecretVault $Extension -Name Odd -VaultParameters @{ Path = $vault }

        # The state before: two keys in the vault.
        $env:LLMCONFIG_HOME = Join-Path $Folder start
        Set-LlmConfigStore -Protector KeyFile
        $null = New-LlmConfig keep openai -ApiKey $keys.keep -Vault Odd
        $null = New-LlmConfig work openai -ApiKey $keys.old -Vault Odd
        Copy-Item $vault (Join-Path $Folder held) -Recurse

        $operations = [ordered]@{
            'a new key' = @{
                Act = { $null = New-LlmConfig job openai -ApiKey $keys.new -Vault Odd }
                After = @{ keep = 'keep'; work = 'old'; job = 'new' }
            }
            'rotate'    = @{ Act = { Set-LlmConfig work -ApiKey $keys.new }; After = @{ keep = 'keep'; work = 'new' } }
            'move out'  = @{ Act = { Set-LlmConfig work -Vault LlmConfig }; After = @{ keep = 'keep'; work = 'old' } }
            'remove'    = @{ Act = { Remove-LlmConfig work }; After = @{ keep = 'keep' } }
        }
        # These two a vault is not asked for when a key is used.
        if ($command -in 'Test-SecretVault', 'Unlock-SecretVault') { 'rotate', 'move out', 'remove' | ForEach-Object { $operations.Remove($_) } }
        $ways = 'Throws', 'WritesError', 'AnswersFalse', 'AnswersNothing', 'AnswersNull', 'Twice', 'TextBefore', 'AnotherType',
            'TooLate', 'Slow', 'Throttled', 'Locked', 'HalfDone', 'DoneWithError', 'WrongName'
        $count = @{ cases = 0; lost = 0; silent = 0; untrue = 0; errors = 0 }
        function Add-Fault($What, $Text) { $count[$What]++; "$What`: $command $way, $operation`: $Text" }
        # What a configuration may have as its key now; what failed may have come to pass all the same.
        function Get-Right($Name) { @($after[$Name]; if ($errors) { $before[$Name] }) | Where-Object { $_ } | ForEach-Object { $values[$_] } }
        function Read-Key($Item) { try { Get-LlmConfigKey -Id $Item.Id -AsPlainText } catch { } }

        foreach ($way in $ways) {
            foreach ($operation in $operations.Keys) {
                $count.cases++
                $after = $operations[$operation].After
                $before = @{ keep = 'keep'; work = 'old' }
                $env:LLMCONFIG_HOME = Join-Path $Folder "store-$($count.cases)"
                Copy-Item (Join-Path $Folder start) $env:LLMCONFIG_HOME -Recurse
                chmod -R go= $env:LLMCONFIG_HOME
                Remove-Item (Join-Path $vault *)
                Copy-Item (Join-Path $Folder held *) $vault

                Set-Content (Join-Path $vault mode) "$command $way"
                $errors = $warnings = @()
                $failed = & { try { & $operations[$operation].Act } catch { $_ } } 3>&1
                $warnings = @($failed | Where-Object { $_ -is [Management.Automation.WarningRecord] })
                $errors = @($failed | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
                $errors | Where-Object { $_.Exception.GetType().Name -ne 'LlmConfigException' -or -not $_.ErrorDetails.RecommendedAction } |
                    ForEach-Object { Add-Fault errors "$_" }

                $checks = @(Test-LlmConfig)
                foreach ($item in Get-LlmConfig) {
                    $key = Read-Key $item
                    if ($key -and $key -notin @(Get-Right $item.Name)) { Add-Fault untrue "'$($item.Name)' gives '$key'" }
                    $check = $checks | Where-Object { $_.Check -eq 'Key' -and $_.Target -eq $item.Name }
                    if ("$($check.Status)" -eq 'Ok' -and -not $key) { Add-Fault untrue "'$($item.Name)' is Ok and cannot be read" }
                    if ("$($check.Status)" -eq 'Error' -and $key) { Add-Fault untrue "'$($item.Name)' can be read, but: $($check.Message)" }
                }

                # What was late takes effect when the vault is called next.
                Remove-Item (Join-Path $vault mode)
                $checks = @(Test-LlmConfig)
                $found = $checks | Where-Object Status -NE Ok | ForEach-Object { "$($_.Target) $($_.Message)" }
                $said = "$warnings $errors $($errors.ErrorDetails) $found"
                foreach ($item in Get-LlmConfig) {
                    if ((Read-Key $item) -notin @(Get-Right $item.Name)) { Add-Fault lost $item.Name }
                    $after.Keys | Where-Object { -not $errors -and $_ -notin (Get-LlmConfig).Name } | ForEach-Object { Add-Fault lost $_ }
                }

                $file = Get-Content (Join-Path $env:LLMCONFIG_HOME llm_config.json) -Raw
                $pending = "$(Get-ChildItem (Join-Path $env:LLMCONFIG_HOME pending) -File | Get-Content -Raw)"
                $known = $file + $pending + $said
                $ids = Get-ChildItem $vault -Filter *.secret | ForEach-Object { [regex]::Match($_.Name, 'llm-api-key-[0-9a-f]{32}').Value }
                foreach ($id in $ids | Sort-Object -Unique) {
                    if (-not $known.Contains($id) -and $said -notmatch 'key that does not say') { Add-Fault silent $id }
                }
            }
        }

        "$($count.cases) $($count.lost) $($count.silent) $($count.untrue) $($count.errors)"
    }
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'A vault that misbehaves' -Tag Microsoft.PowerShell.SecretManagement -Skip:(-not $installed) {
    BeforeEach {
        $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-odd-').FullName
        $env:HOME = $script:TestHome
        $env:LOCALAPPDATA = $script:TestHome
        $env:XDG_CONFIG_HOME = $null
    }

    AfterEach {
        $env:HOME = $script:Saved.HOME
        Remove-Item $script:TestHome -Recurse -Force
    }

    It 'costs no key and no truth when <_> does anything but its work' -ForEach @(
        'Get-Secret', 'Set-Secret', 'Remove-Secret', 'Get-SecretInfo', 'Set-SecretInfo', 'Test-SecretVault', 'Unlock-SecretVault'
    ) {
        $file = Join-Path $script:TestHome suite.ps1
        $extension = Join-Path $PSScriptRoot MisbehavingVault
        Set-Content $file @(
            "`$Module = '$script:Module'; `$Folder = '$script:TestHome'; `$Extension = '$extension'; `$command = '$_'"
            "& {$script:Suite}"
        )
        $lines = @(pwsh -NoProfile -NonInteractive -File $file 2>&1 | ForEach-Object { "$_" })
        $LASTEXITCODE | Should -Be 0 -Because ($lines -join "`n")
        $cases, $faults = $lines[-1] -split ' ', 2
        Write-Host "misbehaving vault in the real shell, $_`: $cases cases, lost, silent, untrue, errors: $faults"
        $lines | Select-Object -SkipLast 1 | Should -BeNullOrEmpty
        $faults | Should -Be '0 0 0 0'
        [int] $cases | Should -Be $(if ($_ -in 'Test-SecretVault', 'Unlock-SecretVault') { 15 } else { 60 })
    }
}
