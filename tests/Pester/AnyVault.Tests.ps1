#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# The whole life of keys in extension vaults of others, through the real cmdlets and the real SecretManagement: what is in the vault is
# counted in the vault itself. Each step is a process of its own, in a home made for the test. Extensions.ps1 is the list; the
# extensions come from PSModulePath and from the folders in LLMCONFIG_TEST_EXTENSIONS, and those that are not there are left out.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot ExtensionHome.ps1)
    $all = @(. (Join-Path $PSScriptRoot Extensions.ps1)) | ForEach-Object {
        $missing = @(Get-MissingPart $_)
        @{ Module = $_.Module; Extension = $_; Skip = $missing.Count -gt 0; Missing = $missing }
    }
    $wanted = $env:LLMCONFIG_TEST_EXTENSION
    $all = @($all | Where-Object { -not $wanted -or $_.Module -like $wanted })
    $left = @($all | Where-Object Skip)
    $missing = ($left.Missing | Sort-Object -Unique) -join ', '
    if ($left) { Write-Host "AnyVault.Tests.ps1: $($left.Count) of $($all.Count) extensions left out, since these are not there: $missing." }
    $found = @($all | Where-Object { -not $_.Skip })
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    . (Join-Path $PSScriptRoot ExtensionHome.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'LLMCONFIG_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'LOCALAPPDATA', 'PATH', 'PSModulePath',
        'STAND_IN_VAULT', 'DBUS_SESSION_BUS_ADDRESS') {
        $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    # Writes a script that begins with the session of an extension.
    function New-Script([hashtable] $Extension, [scriptblock] $Script, [hashtable] $With = @{}) {
        $file = Join-Path $env:HOME "$([guid]::NewGuid().ToString('N')).ps1"
        $values = foreach ($name in $With.Keys) { "`$$name = '$($With[$name])'" }
        Set-Content $file (@(
            "`$ErrorActionPreference = 'Stop'; `$ProgressPreference = 'SilentlyContinue'"
            ". '$(Join-Path $PSScriptRoot ExtensionHome.ps1)'"
            "`$Extension = . '$(Join-Path $PSScriptRoot Extensions.ps1)' | Where-Object Module -EQ '$($Extension.Module)'"
            "Start-ExtensionSession `$Extension '$script:Module'"
        ) + $values + "& {$Script}" -join "`n")
        $file
    }

    # Runs a script in a process of its own and gives back what it wrote, one line for each object.
    function Invoke-Step([hashtable] $Extension, [scriptblock] $Script, [hashtable] $With = @{}) {
        $output = pwsh -NoProfile -NonInteractive -File (New-Script $Extension $Script $With) 2>&1
        if ($LASTEXITCODE -ne 0) { throw "The script ended with exit code $LASTEXITCODE`: $($output | Out-String)" }
        @($output | ForEach-Object { "$_" })
    }

    # Starts one and does not wait.
    function Start-Step([hashtable] $Extension, [scriptblock] $Script, [hashtable] $With = @{}) {
        $file = New-Script $Extension $Script $With
        $program, $first = Get-ShellCommand
        $arguments = @($first | Where-Object { $_ }) + '-NoProfile', '-NonInteractive', '-File', $file
        Start-Process $program -ArgumentList $arguments -PassThru -RedirectStandardOutput "$file.out" -RedirectStandardError "$file.err" |
            Add-Member Log $file -PassThru
    }

    function Get-Acknowledged([object[]] $Process) { @(@($Process | ForEach-Object { Get-Content "$($_.Log).out" }) -match '^done: ' -replace '^done: ') }

    # What is in the vault, what the file says and whether the two agree, after a repair.
    $script:Settle = {
        $null = Repair-LlmConfig -Confirm:$false -WarningAction SilentlyContinue
        foreach ($configuration in Get-LlmConfig) {
            try { Assert-Equal (Get-LlmConfigKey $configuration.Name -AsPlainText) "sk-test-$($configuration.Name)" 'the key'; "kept: $($configuration.Name)" }
            catch { "lost: $($configuration.Name) $_" }
        }
        foreach ($problem in Test-LlmConfig | Where-Object Status -NE Ok) { "problem: $($problem.Check) $($problem.Target)" }
        foreach ($name in Get-VaultSecret $Extension | Where-Object { $_ -match 'llm-api-key-' }) { "secret: $name" }
    }

    # Nothing lost, and nothing more in the vault than what a configuration refers to; where the vault itself loses, each loss is reported.
    function Assert-Settled([hashtable] $Extension, [string[]] $Acknowledged, [string] $What) {
        $lines = Invoke-Step $Extension $script:Settle
        $kept, $lost, $problems, $secrets = 'kept', 'lost', 'problem', 'secret' | ForEach-Object { , @(@($lines) -match "^${_}: ") }
        $counts = "$($Acknowledged.Count) acknowledged, $($kept.Count) kept, $($lost.Count) lost, $($secrets.Count) in the vault, $($problems.Count) reported"
        Write-Host "$($Extension.Module), ${What}: $counts"
        foreach ($name in $Acknowledged) { "$name".Trim() | Should -BeIn @($kept + $lost -replace '^\w+: (\S+).*', '$1') }
        if ($What -in $Extension.Loses) {
            @($problems -match '^problem: (Key|Vault) ').Count | Should -BeGreaterOrEqual ([int]($lost.Count -gt 0))
            return
        }

        $lost | Should -BeNullOrEmpty
        $secrets.Count | Should -Be $kept.Count
    }
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe '<Module>' -ForEach $found {
    BeforeEach {
        $script:Folder = New-ExtensionHome $Extension
        $script:Services = @(if ($Extension.Service) { & $Extension.Service })
    }

    AfterEach {
        if ($script:Services) { Stop-Process $script:Services }
        foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
        Remove-Item $script:Folder -Recurse -Force
    }

    if ($Extension.Refused) {
        It 'is refused with a reason, and what is left in it is named' {
            $lines = Invoke-Step $Extension {
                $watch = [Diagnostics.Stopwatch]::StartNew()
                try { New-Key work }
                catch { "code: $($_.FullyQualifiedErrorId.Split(',')[0])"; "said: $_" -replace '\s+', ' ' }
                "took: $([long]$watch.Elapsed.TotalMilliseconds) ms"
                "configurations: $(@(Get-LlmConfig).Count)"
                Get-VaultSecret $Extension | ForEach-Object { "left: $_" }
            }
            $code, $said, $took, $configurations, $left = 'code', 'said', 'took', 'configurations', 'left' | ForEach-Object { , @(@($lines) -match "^${_}: ") }
            Write-Host "${Module}: $took; $said"
            $code | Should -Be 'code: VaultUnavailable'
            $said | Should -Match $Extension.Refused
            $configurations | Should -Be 'configurations: 0'
            foreach ($name in $left -replace '^left: (.*)\.yaml$|^left: ', '$1') { $said | Should -Match $name }
        }

        return
    }

    It 'keeps a key from its creation to its removal' {
        $lines = Invoke-Step $Extension {
            Set-StrictMode -Off
            $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-one') -WarningAction SilentlyContinue
            Assert-Equal (Get-LlmConfigKey work -AsPlainText) 'sk-test-one' 'the key'
            $first = @(Get-VaultSecret $Extension)
            Assert-Equal $first.Count 1 'secrets after creation'
            Set-LlmConfig work -ApiKey (ConvertTo-Key 'sk-test-two') -WarningAction SilentlyContinue
            Assert-Equal (Get-LlmConfigKey work -AsPlainText) 'sk-test-two' 'the rotated key'
            Assert-Equal @(Get-VaultSecret $Extension).Count 1 'secrets after rotation'
            Assert-Equal ("$(Get-VaultSecret $Extension)" -ne "$first") $true 'a new name for a new key'
            Set-LlmConfig work -NewName job
            Assert-Equal (Get-LlmConfigKey job -AsPlainText) 'sk-test-two' 'the key of the new name'
            Assert-Equal ((Test-LlmConfig | Where-Object Status -EQ Error).Message -join ' ') '' 'problems'
            Remove-LlmConfig job
            Assert-Equal @(Get-VaultSecret $Extension).Count 0 'secrets after removal'
            $profile = ((Get-LlmConfigStore).Vaults | Where-Object Name -EQ Team).Profile
            $shape = "$($profile.Form), prefix '$($profile.Prefix)', labels $($profile.TakesLabels), names $($profile.ListsNames)"
            "$($profile.Module): tried in $([long]$profile.ProbeTime.TotalMilliseconds) ms, $shape"
        }
        Write-Host @(@($lines) -match ': tried in ')
    }

    It 'takes 20 keys and releases them' {
        $null = Invoke-Step $Extension {
            New-Key (1..20 -replace '^', 'n')
            Assert-Equal @(Get-VaultSecret $Extension).Count 20 'secrets'
        }
        $null = Invoke-Step $Extension {
            1..20 | ForEach-Object { Assert-Equal (Get-LlmConfigKey "n$_" -AsPlainText) "sk-test-n$_" 'the key' }
            Get-LlmConfig | Remove-LlmConfig -Confirm:$false
            Assert-Equal @(Get-VaultSecret $Extension).Count 0 'secrets'
        }
    }

    It 'has a key found and removed that no configuration refers to' {
        $null = Invoke-Step $Extension {
            New-Key a, b
            $file = "$env:LLMCONFIG_HOME/llm_config.json"
            $json = [IO.File]::ReadAllText($file) | ConvertFrom-Json
            $json.configs = @($json.configs | Where-Object name -NE b)
            foreach ($copy in $file, "$file.bak") { [IO.File]::WriteAllText($copy, ($json | ConvertTo-Json -Depth 5)) }
            Assert-Equal @(Get-VaultSecret $Extension).Count 2 'secrets'
            Assert-Equal @(Test-LlmConfig | Where-Object { $_.Check -eq 'Orphan' -and $_.Status -eq 'Warning' }).Count 1 'orphans'
            $null = Repair-LlmConfig -Confirm:$false
            Assert-Equal @(Get-VaultSecret $Extension).Count 1 'secrets after a repair'
            Assert-Equal (Get-LlmConfigKey a -AsPlainText) 'sk-test-a' 'the other key'
        }
    }

    It 'has its keys reported, or where it keeps labels brought back, when the file is lost' {
        $lines = Invoke-Step $Extension {
            New-Key a, b
            $keepsLabels = ((Get-LlmConfigStore).Vaults | Where-Object Name -EQ Team).Profile.TakesLabels
            $store = (Get-LlmConfigStore).StoreId
            Remove-Item "$env:LLMCONFIG_HOME/llm_config.json*"
            Test-LlmConfig | Where-Object { $_.Check -eq 'File' -and $_.Status -ne 'Ok' } | ForEach-Object { "File $($_.Status): $($_.Message)" }
            if ($keepsLabels) {
                $null = Repair-LlmConfig -Vault Team -StoreId $store -Confirm:$false
                Set-LlmConfig a, b -AcceptHost -Force
                'a', 'b' | ForEach-Object { Assert-Equal (Get-LlmConfigKey $_ -AsPlainText) "sk-test-$_" 'the key' }
            }
            Assert-Equal @(Get-VaultSecret $Extension).Count 2 'secrets'
        }
        $lines = @(@($lines) -match '^File ')
        Write-Host "$Module, file lost: $lines"
        $lines | Should -Not -BeNullOrEmpty
    }

    if ($Extension.CanLock) {
        It 'is not silent when it is signed out, and what could not be removed is removed later' {
            $null = Invoke-Step $Extension { New-Key a, b }
            Set-SignedOut $true
            $lines = Invoke-Step $Extension {
                try { Get-LlmConfigKey a -AsPlainText } catch { "get: $($_.FullyQualifiedErrorId.Split(',')[0])" }
                try { New-Key c; 'new: done' } catch { "new: $($_.FullyQualifiedErrorId.Split(',')[0])" }
                try { Remove-LlmConfig b -WarningVariable said -WarningAction SilentlyContinue; "remove: $(if ($said) { 'warned' } else { 'silent' })" }
                catch { "remove: $($_.FullyQualifiedErrorId.Split(',')[0])" }
            }
            # A vault that asks for a password leaves its question on the same line.
            $lines = @(@($lines) -match '(get|new|remove): \w+$' -replace '^.*(get|new|remove): ', '$1: ')
            Write-Host "$Module signed out: $($lines -join '; ')"
            $lines[0] | Should -Match '^get: Vault(Locked|Unavailable)$'
            $lines[1] | Should -Match '^new: Vault(Locked|Unavailable)$'
            $lines[2] | Should -Match '^remove: (warned|Vault(Locked|Unavailable))$'
            Set-SignedOut $false
            Assert-Settled $Extension @('a') 'signed in again'
        }
    }

    It 'keeps what two writers are told is kept' {
        $null = Invoke-Step $Extension { New-Key first }
        $writers = 'a', 'b' | ForEach-Object {
            Start-Step $Extension {
                1..10 | ForEach-Object {
                    try { New-Key "$Letter$_"; "done: $Letter$_" } catch { "failed: $_" }
                }
            } @{ Letter = $_ }
        }
        $writers | Wait-Process
        $acknowledged = Get-Acknowledged $writers
        $failed = @($writers | ForEach-Object { Get-Content "$($_.Log).out", "$($_.Log).err" } | Where-Object { $_ -match '^failed' })
        if ($failed) { Write-Host "$Module, writers: $($failed.Count) refused, such as $($failed[0])" }
        if ('writers' -notin $Extension.Loses) { @($acknowledged).Count | Should -Be 20 }
        Assert-Settled $Extension $acknowledged writers
    }

    It 'loses nothing that was acknowledged when a writer is killed, 8 times' {
        $null = Invoke-Step $Extension { New-Key first }
        $acknowledged = foreach ($round in 1..8) {
            $writer = Start-Step $Extension {
                'begun'
                1..50 | ForEach-Object { New-Key "k$Round-$_"; "done: k$Round-$_" }
            } @{ Round = $round }
            # At another point each time: after no key, one or two, and then somewhere in the next.
            while (-not $writer.HasExited -and ('begun' -notin (Get-Content "$($writer.Log).out") -or (Get-Acknowledged $writer).Count -lt $round % 3)) {
                Start-Sleep -Milliseconds 20
            }

            Start-Sleep -Milliseconds (37 * $round)
            if (-not $writer.HasExited) { $writer.Kill($true); $writer.WaitForExit() }
            Get-Acknowledged $writer
        }
        if ('kills' -notin $Extension.Loses) { @($acknowledged).Count | Should -BeGreaterOrEqual 9 }
        Assert-Settled $Extension @($acknowledged) kills
    }
}
