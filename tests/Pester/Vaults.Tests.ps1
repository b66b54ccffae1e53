#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# Vaults in the real shell, with the real SecretManagement and SecretStore. Both remember the HOME of the process that loaded
# them, so everything that touches them runs in processes of its own, each with a home made for the test.

BeforeDiscovery {
    $script:Installed = @('Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore' | Where-Object { Get-Module $_ -ListAvailable }).Count -eq 2
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'LLMCONFIG_HOME', 'XDG_CONFIG_HOME', 'LOCALAPPDATA') { $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name) }

    # What every process begins with.
    $script:Prelude = @"
        `$ErrorActionPreference = 'Stop'
        `$ProgressPreference = 'SilentlyContinue'
        `$Module = '$script:Module'
        function ConvertTo-Key([string] `$Text) { ConvertTo-SecureString `$Text -AsPlainText -Force }
        function Register-Own { Register-SecretVault `$Module -Name Own }
        function Register-Store {
            Import-Module Microsoft.PowerShell.SecretStore
            Set-SecretStoreConfiguration -Authentication None -Interaction None -Confirm:`$false -Password (ConvertTo-Key 'x')
            Register-SecretVault Microsoft.PowerShell.SecretStore -Name Store
        }
        Import-Module `$Module
"@

    # Runs a script in a process of its own and gives back what it wrote, one line for each object; a failure of the script fails the test.
    function Invoke-Shell([scriptblock] $Script, [hashtable] $With = @{}, [string] $Prelude = $script:Prelude) {
        $file = Join-Path $script:TestHome "$([guid]::NewGuid().ToString('N')).ps1"
        $values = foreach ($name in $With.Keys) { "`$$name = '$($With[$name])'" }
        Set-Content $file (@($Prelude) + $values + "& {$Script}" -join "`n")
        $output = pwsh -NoProfile -NonInteractive -File $file 2>&1
        if ($LASTEXITCODE -ne 0) { throw "The script ended with exit code $LASTEXITCODE`: $($output | Out-String)" }
        $output | ForEach-Object { "$_" }
    }

    function Start-Shell([scriptblock] $Script, [hashtable] $With = @{}) {
        $file = Join-Path $script:TestHome "$([guid]::NewGuid().ToString('N')).ps1"
        $values = foreach ($name in $With.Keys) { "`$$name = '$($With[$name])'" }
        Set-Content $file (@($script:Prelude) + $values + "& {$Script}" -join "`n")
        $program, $first = Get-ShellCommand
        $arguments = @($first | Where-Object { $_ }) + '-NoProfile', '-NonInteractive', '-File', $file
        Start-Process $program -ArgumentList $arguments -PassThru -RedirectStandardOutput "$file.out" -RedirectStandardError "$file.err" |
            Add-Member Log $file -PassThru
    }
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'Vaults in a real shell' {
    BeforeEach {
        $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-vaults-').FullName
        $env:HOME = $script:TestHome
        $env:LOCALAPPDATA = $script:TestHome
        $env:XDG_CONFIG_HOME = $null
        $env:LLMCONFIG_HOME = Join-Path $script:TestHome store
        pwsh -NoProfile -Command "Import-Module '$script:Module'; Set-LlmConfigStore -Protector KeyFile"
    }

    AfterEach {
        $env:HOME = $script:Saved.HOME
        Remove-Item $script:TestHome -Recurse -Force
    }

    Context 'without SecretManagement' {
        It 'imports, works with the built-in vault, and says how to install what another vault needs' {
            $lines = Invoke-Shell {
                $env:PSModulePath = Join-Path $PSHOME Modules
                $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-a')
                Get-LlmConfigKey work -AsPlainText
                (Get-LlmConfigStore).DefaultVault
                $problem = try { New-LlmConfig other openai -ApiKey (ConvertTo-Key 'sk-test-b') -Vault Team } catch { $_ }
                $problem.FullyQualifiedErrorId
                $problem.TargetObject
                $problem.ErrorDetails.RecommendedAction
            }
            $lines[0..1] | Should -Be 'sk-test-a', 'LlmConfig'
            $lines[2] | Should -BeLike 'SecretManagementMissing,*'
            $lines[3] | Should -Be Team
            $lines[4] | Should -Match 'Install-Module Microsoft\.PowerShell\.SecretManagement'
        }
    }

    Context 'the life of a configuration in <Vault>' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $Installed) -ForEach @(
        @{ Vault = 'LlmConfig'; Recorded = 'LlmConfig'; Setup = '' }
        @{ Vault = 'Own'; Recorded = 'LlmConfig'; Setup = 'Register-Own' }
        @{ Vault = 'Store'; Recorded = 'Store'; Setup = 'Register-Store' }
    ) {
        It 'creates, reads, rotates, renames, moves and removes, and the vault holds no more than it should' {
            Invoke-Shell {
                function Get-Ids { if ($Setup) { @(Get-SecretInfo llm-api-key-* -Vault $Vault).Name } else { @(Get-ChildItem (Join-Path $env:LLMCONFIG_HOME vault) -Filter *.sealed).Name } }
                function Assert($Actual, $Expected, $What) { if ("$Actual" -ne "$Expected") { throw "$What`: '$Actual' instead of '$Expected'" } }
                if ($Setup) { & $Setup }

                $made = New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-one') -Vault $Vault -Model gpt-5
                Assert $made.Vault $Recorded 'vault'
                Assert (Get-LlmConfigKey work -AsPlainText) 'sk-test-one' 'key'
                $first = Get-Ids
                Assert $first.Count 1 'secrets after creation'

                Set-LlmConfig work -ApiKey (ConvertTo-Key 'sk-test-two')
                Assert (Get-LlmConfigKey work -AsPlainText) 'sk-test-two' 'rotated key'
                Assert (Get-Ids).Count 1 'secrets after rotation'
                if ((Get-Ids) -eq $first) { throw 'the key id was used again' }

                Set-LlmConfig work -NewName job
                if ($Setup) { Assert (Get-SecretInfo llm-api-key-* -Vault $Vault).Metadata['name'] job 'label' }

                Set-LlmConfig job -Vault LlmConfig
                Assert (Get-LlmConfigKey job -AsPlainText) 'sk-test-two' 'moved key'
                Set-LlmConfig job -Vault $Vault
                Assert (Get-LlmConfigKey job -AsPlainText) 'sk-test-two' 'key moved back'
                Assert (Get-Ids).Count 1 'secrets after moves'

                Remove-LlmConfig job
                Assert (Get-Ids).Count 0 'secrets after removal'
                Assert @(Get-ChildItem (Join-Path $env:LLMCONFIG_HOME pending)).Count 0 'intents'
                Assert $Error.Count 0 'errors'
            } @{ Vault = $Vault; Recorded = $Recorded; Setup = $Setup }
        }
    }

    Context 'a secret that is there already, in <Vault>' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $Installed) -ForEach @(
        @{ Vault = 'Own'; Recorded = 'LlmConfig'; Setup = 'Register-Own' }
        @{ Vault = 'Store'; Recorded = 'Store'; Setup = 'Register-Store' }
    ) {
        It 'is named, read, rotated by whoever keeps it, found by an import, and never touched' {
            Invoke-Shell {
                Import-Module Microsoft.PowerShell.SecretManagement
                function Assert($Actual, $Expected, $What) { if ("$Actual" -ne "$Expected") { throw "$What`: '$Actual' instead of '$Expected'" } }
                function Assert-Kept($Value) {
                    Assert (Get-Secret MyOpenAI -Vault $Vault -AsPlainText) $Value 'the secret'
                    Assert (Get-SecretInfo MyOpenAI -Vault $Vault).Metadata['by'] me 'its metadata'
                    Assert @(Get-ChildItem (Join-Path $env:LLMCONFIG_HOME pending) -ErrorAction Ignore).Count 0 'intents'
                }
                & $Setup
                Set-Secret MyOpenAI 'sk-test-kept' -Vault $Vault -Metadata @{ by = 'me' }
                Set-Secret 'team [groq] *' (ConvertTo-Key 'sk-test-groq') -Vault $Vault
                Set-Secret Unknown 'made-up-key-of-nobody' -Vault $Vault
                Set-Secret Table @{ a = 'b'; c = 'd' } -Vault $Vault

                $made = New-LlmConfig work openai -KeyName MyOpenAI -Vault $Vault
                Assert "$($made.KeyName) $($made.Vault)" "MyOpenAI $Recorded" 'reference'
                Assert (Get-LlmConfigKey work -AsPlainText) 'sk-test-kept' 'key'
                Assert (Use-LlmConfig work { $env:OPENAI_API_KEY }) 'sk-test-kept' 'variable'
                Set-Secret MyOpenAI 'sk-test-rotated' -Vault $Vault -Metadata @{ by = 'me' }
                Assert (Get-LlmConfigKey work -AsPlainText) 'sk-test-rotated' 'rotated key'
                Set-LlmConfig work -NewName job -Model gpt-5
                Assert (Test-LlmConfig -Quiet) True 'checks'
                Assert-Kept 'sk-test-rotated'

                $problem = try { New-LlmConfig other openai -KeyName MyOpenAl -Vault $Vault } catch { $_ }
                Assert $problem.FullyQualifiedErrorId.Split(',')[0] KeyMissing 'wrong name'
                Assert ($problem.ErrorDetails.RecommendedAction -like "Did you mean 'MyOpenAI'?*") True 'suggestion'
                $problem = try { Set-LlmConfig job -KeyName Table } catch { $_ }
                Assert $problem.FullyQualifiedErrorId.Split(',')[0] InvalidKey 'a table'

                Set-LlmConfig job -ApiKey (ConvertTo-Key 'sk-test-own')
                Assert (Get-LlmConfigKey job -AsPlainText) 'sk-test-own' 'key of its own'
                Assert-Kept 'sk-test-rotated'
                Set-LlmConfig job -KeyName MyOpenAI -Vault $Vault
                Remove-LlmConfig job
                Assert-Kept 'sk-test-rotated'

                $errors = @()
                $found = Import-LlmConfig -FromVault $Vault -Secret *openai*, *groq*, Unknown -ErrorAction SilentlyContinue -ErrorVariable errors
                Assert (($found | Sort-Object Name | ForEach-Object { "$($_.Name)=$($_.Provider)" }) -join ';') 'MyOpenAI=openai;team [groq] *=groq' 'imported'
                Assert $errors[0].FullyQualifiedErrorId.Split(',')[0] UnknownProvider 'what nobody can tell'
                Assert (Get-LlmConfig -Provider groq | ForEach-Object { Get-LlmConfigKey -Id $_.Id -AsPlainText }) 'sk-test-groq' 'key of an odd name'
                Assert (Import-LlmConfig -FromVault $Vault -Secret Unknown -Provider mistral).Provider mistral 'provider for all'
                Assert @(Import-LlmConfig -FromVault $Vault -Secret *openai*).Count 0 'imported again'
                Get-LlmConfig | Remove-LlmConfig -Force
                Assert-Kept 'sk-test-rotated'
                Assert @(Get-SecretInfo -Vault $Vault).Count 4 'secrets'
            } @{ Vault = $Vault; Recorded = $Recorded; Setup = $Setup }
        }
    }

    Context 'defaults of the caller' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $Installed) {
        It 'do not reach into the vault' {
            $lines = Invoke-Shell {
                Register-Store
                $PSDefaultParameterValues['Get-Secret:AsPlainText'] = $true
                $PSDefaultParameterValues['Set-Secret:NoClobber'] = $true
                $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-a') -Vault Store
                Set-LlmConfig work -ApiKey (ConvertTo-Key 'sk-test-b')
                Get-LlmConfigKey work -AsPlainText
            }
            $lines | Should -Be 'sk-test-b'
        }
    }

    Context 'moving many keys' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $Installed) {
        It 'loses none of 200, also when it is killed half way and run again' {
            Invoke-Shell {
                Register-Store
                $rows = 1..200 | ForEach-Object { [pscustomobject]@{ Name = "n$_"; Provider = 'openai'; ApiKey = ConvertTo-Key "sk-test-$_" } }
                $null = $rows | New-LlmConfig -Vault LlmConfig
            }
            $mover = Start-Shell {
                Import-Module Microsoft.PowerShell.SecretManagement
                # kill -9 by its own hand at the hundredth key, so that how far it comes does not depend on how fast the machine is.
                $calls = @{ Written = 0 }
                $null = Set-PSBreakpoint -Command Set-Secret -Action { if (++$calls.Written -eq 100) { Stop-Process -Id $PID -Force } }.GetNewClosure()
                Get-LlmConfig | Set-LlmConfig -Vault Store
            }
            $mover.WaitForExit(300000) | Should -BeTrue

            $counts = Invoke-Shell {
                Import-Module Microsoft.PowerShell.SecretManagement
                @(Get-SecretInfo llm-api-key-* -Vault Store).Count
                @(Get-LlmConfig | Where-Object { (Get-LlmConfigKey $_.Name -AsPlainText) -eq "sk-test-$($_.Name.Substring(1))" }).Count
                Get-LlmConfig | Set-LlmConfig -Vault Store
                @(Get-LlmConfig | Where-Object { $_.Vault -eq 'Store' -and (Get-LlmConfigKey $_.Name -AsPlainText) -eq "sk-test-$($_.Name.Substring(1))" }).Count
                @(Get-SecretInfo llm-api-key-* -Vault Store).Count
                Get-LlmConfig | Set-LlmConfig -Vault LlmConfig
                @(Get-LlmConfig | Where-Object { $_.Vault -eq 'LlmConfig' -and (Get-LlmConfigKey $_.Name -AsPlainText) -eq "sk-test-$($_.Name.Substring(1))" }).Count
                @(Get-SecretInfo llm-api-key-* -Vault Store).Count
                @(Get-ChildItem (Join-Path $env:LLMCONFIG_HOME pending)).Count
            }
            Write-Host "Moving 200 keys, killed after $($counts[0]) copies: $($counts[1]) readable then, $($counts[2]) in the new vault after the second run ($($counts[3]) secrets there), $($counts[4]) back again"
            $counts[0] | Should -Be 98 -Because 'it died before it wrote the hundredth secret, of which the first was the one that the vault was tried with'
            $counts[1..6] | Should -Be 200, 200, 200, 200, 0, 0
        }
    }

    Context 'several processes' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $Installed) {
        It 'keeps all of 4 x 50 configurations in <Vault>' -ForEach @(
            @{ Vault = 'Own'; Setup = 'Register-Own' }
            @{ Vault = 'Store'; Setup = 'Register-Store' }
        ) {
            Invoke-Shell { & $Setup } @{ Setup = $Setup }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $processes = 1..4 | ForEach-Object {
                Start-Shell {
                    Import-Module Microsoft.PowerShell.SecretManagement
                    foreach ($i in 1..50) {
                        $null = New-LlmConfig "p$Number-$i" openai -ApiKey (ConvertTo-Key "sk-test-$Number-$i") -Vault $Vault
                        # Through SecretManagement itself, beside what goes directly.
                        if ($Vault -eq 'Own') { Set-Secret "s$Number-$i" "value-$Number-$i" -Vault Own }
                    }
                } @{ Number = $_; Vault = $Vault }
            }
            foreach ($process in $processes) {
                $process.WaitForExit(900000) | Should -BeTrue
                Get-Content "$($process.Log).err" -Raw | Should -BeNullOrEmpty
                $process.ExitCode | Should -Be 0
            }

            $watch.Stop()
            $counts = Invoke-Shell {
                Import-Module Microsoft.PowerShell.SecretManagement
                @(Get-LlmConfig).Count
                @(Get-LlmConfig | Where-Object { (Get-LlmConfigKey $_.Name -AsPlainText) -eq "sk-test-$($_.Name.Substring(1))" }).Count
                @(Get-SecretInfo llm-api-key-* -Vault $Vault).Count
                if ($Vault -eq 'Own') { @(foreach ($p in 1..4) { foreach ($i in 1..50) { if ((Get-Secret "s$p-$i" -Vault Own -AsPlainText) -eq "value-$p-$i") { 1 } } }).Count } else { 200 }
            } @{ Vault = $Vault }
            Write-Host "4 processes x 50 in $Vault`: $($counts[0]) configurations, $($counts[1]) right keys, $($counts[2]) secrets of ours, $($counts[3]) others, $([int] $watch.Elapsed.TotalSeconds) s"
            $counts | Should -Be 200, 200, 200, 200
        }

        It 'keeps every key of sessions that unlocked SecretStore with a password, and leaves them unlocked' {
            Invoke-Shell {
                Import-Module Microsoft.PowerShell.SecretStore
                Set-SecretStoreConfiguration -Authentication Password -Interaction None -Confirm:$false -Password (ConvertTo-Key 'test-password')
                Register-SecretVault Microsoft.PowerShell.SecretStore -Name Store
            }
            $processes = 1..3 | ForEach-Object {
                Start-Shell {
                    Import-Module Microsoft.PowerShell.SecretStore
                    Unlock-SecretStore -Password (ConvertTo-Key 'test-password')
                    foreach ($i in 1..10) { $null = New-LlmConfig "p$Number-$i" openai -ApiKey (ConvertTo-Key "sk-test-$Number-$i") -Vault Store }
                    # Read past us, which a locked store refuses. Written past us, it could undo what another process just wrote.
                    $name = (Get-SecretInfo llm-api-key-* -Vault Store)[0].Name
                    if (Get-Secret $name -Vault Store -AsPlainText) { 'still unlocked' }
                } @{ Number = $_ }
            }
            foreach ($process in $processes) {
                $process.WaitForExit(600000) | Should -BeTrue
                Get-Content "$($process.Log).err" -Raw | Should -BeNullOrEmpty
                Get-Content "$($process.Log).out" | Should -Be 'still unlocked'
            }

            $lines = Invoke-Shell {
                $problem = try { Get-LlmConfigKey p1-1 } catch { $_ }
                $problem.FullyQualifiedErrorId
                $problem.ErrorDetails.RecommendedAction
                Import-Module Microsoft.PowerShell.SecretStore
                Unlock-SecretStore -Password (ConvertTo-Key 'test-password')
                @(Get-LlmConfig | Where-Object { (Get-LlmConfigKey $_.Name -AsPlainText) -eq "sk-test-$($_.Name.Substring(1))" }).Count
            }
            Write-Host "3 processes x 10 in SecretStore with a password: $($lines[2]) right keys"
            $lines[0] | Should -BeLike 'VaultLocked,*'
            $lines[1] | Should -Match "Unlock-SecretVault -Name 'Store'"
            $lines[2] | Should -Be 30
        }
    }

    Context 'the built-in vault as an extension' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $Installed) {
        It 'keeps <Type> with its type, lists and removes it' -ForEach @(
            @{ Type = 'ByteArray'; Make = ', [byte[]](0, 1, 254, 255)'; Show = '$args[0] -join ","'; Expected = '0,1,254,255' }
            @{ Type = 'String'; Make = '"a text, ü and 😀"'; Show = '$args[0]'; Expected = 'a text, ü and 😀' }
            @{ Type = 'SecureString'; Make = 'ConvertTo-Key "a secure text"'; Show = '$args[0]'; Expected = 'a secure text' }
            @{ Type = 'PSCredential'; Make = '[pscredential]::new("user", (ConvertTo-Key "pass"))'; Show = '$args[0].UserName + "/" + $args[0].GetNetworkCredential().Password'; Expected = 'user/pass' }
            @{ Type = 'Hashtable'; Make = '@{ text = "t"; bytes = [byte[]](1, 2); word = ConvertTo-Key "w"; login = [pscredential]::new("u", (ConvertTo-Key "p")) }'
                Show = '"$($args[0].Count) $($args[0].text) $($args[0].bytes -join ",") $($args[0].word) $($args[0].login.GetNetworkCredential().Password)"'; Expected = '4 t 1,2 w p' }
        ) {
            $lines = Invoke-Shell {
                Register-Own
                $value = & ([scriptblock]::Create($Make))
                Set-Secret name $value -Vault Own
                Set-Secret NAME $value -Vault Own
                $info = @(Get-SecretInfo name -Vault Own)
                "$($info.Count) $($info[0].Type) $($info[0].VaultName)"
                & ([scriptblock]::Create($Show)) (Get-Secret name -Vault Own -AsPlainText)
                Remove-Secret name -Vault Own
                @(Get-SecretInfo -Vault Own).Count
                $problem = try { Get-Secret name -Vault Own } catch { $_ }
                $problem.FullyQualifiedErrorId
                $problem = try { Remove-Secret name -Vault Own } catch { $_ }
                $problem.FullyQualifiedErrorId
            } @{ Make = $Make; Show = $Show }
            $lines[0] | Should -Be "1 $Type Own"
            $lines[1] | Should -Be $Expected
            $lines[2] | Should -Be 0
            $lines[3] | Should -BeLike 'GetSecretNotFound,*'
            $lines[4] | Should -BeLike 'NotFound,*'
        }

        It 'refuses other types, and metadata of other types, and writes nothing then' {
            $lines = Invoke-Shell {
                Register-Own
                foreach ($script in { Set-Secret a 12 -Vault Own }, { Set-Secret a @{ n = 1 } -Vault Own }, { Set-Secret a @{ t = @{} } -Vault Own }, { Set-Secret a text -Vault Own -Metadata @{ n = 1.5 } }) {
                    $problem = try { & $script } catch { $_ }
                    $problem.FullyQualifiedErrorId.Split(',')[0]
                }
                @(Get-SecretInfo -Vault Own).Count
            }
            $lines | Should -Be 'InvalidKey', 'InvalidKey', 'InvalidKey', 'InvalidName', '0'
        }

        It 'takes metadata with the secret and later, and gives them back with their types' {
            $lines = Invoke-Shell {
                Register-Own
                Set-Secret a text -Vault Own -Metadata @{ Text = 'x'; Number = 7; Time = [datetime]'2026-01-02T03:04:05Z'; Yes = $true }
                $metadata = (Get-SecretInfo a -Vault Own).Metadata
                $metadata.Keys | Sort-Object | ForEach-Object { "$_ $($metadata[$_].GetType().Name)" }
                Set-SecretInfo a @{ Other = 'y' } -Vault Own
                (Get-SecretInfo a -Vault Own).Metadata.Keys
                Get-Secret a -Vault Own -AsPlainText
                $problem = try { Set-SecretInfo nope @{ a = 'b' } -Vault Own } catch { $_ }
                $problem.FullyQualifiedErrorId.Split(',')[0]
            }
            $lines | Should -Be 'Number Int32', 'Text String', 'Time DateTime', 'Yes Boolean', 'Other', 'text', 'NotFound'
        }

        It 'takes any name: wildcards, spaces, unicode, 5,000 characters' {
            $lines = Invoke-Shell {
                Register-Own
                $names = '*', 'a[b]?', ' two words ', 'naïve 名前 😀', '../../etc', "quote'`"`$", ('long ' * 1000)
                foreach ($name in $names) { Set-Secret $name "value of $($name.Length)" -Vault Own }
                @($names | Where-Object { (Get-Secret $_ -Vault Own -AsPlainText) -ceq "value of $($_.Length)" }).Count
                @(Get-SecretInfo -Vault Own | Where-Object Name -cin $names).Count
                @(Get-SecretInfo 'a*' -Vault Own).Count
                foreach ($name in $names) { Remove-Secret $name -Vault Own }
                @(Get-SecretInfo -Vault Own).Count
            }
            $lines | Should -Be 7, 7, 1, 0
        }

        It 'registers as the default, tests true, unlocks, unregisters without losing anything, and refuses parameters' {
            $lines = Invoke-Shell {
                $WarningPreference = 'SilentlyContinue'
                Register-Own
                (Get-SecretVault Own).IsDefault
                Test-SecretVault Own
                Set-Secret a text
                Unlock-SecretVault Own -Password (ConvertTo-Key 'x')
                Unregister-SecretVault Own
                Register-SecretVault $Module -Name Odd -VaultParameters @{ Path = 'x' } -DefaultVault
                Get-Secret a -Vault Odd -AsPlainText
                Test-SecretVault Odd -ErrorAction SilentlyContinue -ErrorVariable problem
                $problem[0].ToString()
            }
            $lines[0..3] | Should -Be 'True', 'True', 'text', 'False'
            $lines[4] | Should -Match "vault parameter 'Path' is not known"
        }

        It 'lists the keys of configurations too, and warns who removes one there' {
            $lines = Invoke-Shell {
                Register-Own
                $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-a')
                $info = Get-SecretInfo llm-api-key-* -Vault Own
                $info.Metadata['name']
                Get-Secret $info.Name -Vault Own -AsPlainText
                Remove-Secret $info.Name -Vault Own -WarningVariable warning -WarningAction SilentlyContinue
                "$warning"
                $problem = try { Get-LlmConfigKey work } catch { $_ }
                $problem.FullyQualifiedErrorId.Split(',')[0]
            }
            $lines[0..1] | Should -Be 'work', 'sk-test-a'
            $lines[2] | Should -Match 'is the key of an LLM configuration'
            $lines[3] | Should -Be KeyMissing
        }

        It 'keeps its files for the user alone' -Skip:$IsWindows {
            Invoke-Shell { Register-Own; Set-Secret a text -Vault Own }
            (Get-Item (Join-Path $env:LLMCONFIG_HOME vault)).UnixFileMode | Should -Be 'UserExecute, UserWrite, UserRead'
            Get-ChildItem (Join-Path $env:LLMCONFIG_HOME vault) | ForEach-Object { $_.UnixFileMode | Should -Be 'UserWrite, UserRead' }
        }

        It 'exports nothing of it from the module' {
            Invoke-Shell { @(Get-Command -Module LlmConfig.PowerShell | Where-Object Name -Like '*Secret*').Count } | Should -Be 0
        }
    }

    Context 'a vault that hangs' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $Installed) {
        It 'is left when the command is stopped, and works again for the next one' {
            $vault = Join-Path $script:TestHome HangingVault
            $null = New-Item (Join-Path $vault HangingVault.Extension) -ItemType Directory -Force
            Set-Content (Join-Path $vault HangingVault.psd1) "@{ ModuleVersion = '1.0'; NestedModules = @('./HangingVault.Extension'); FunctionsToExport = @() }"
            Set-Content (Join-Path $vault HangingVault.Extension HangingVault.Extension.psd1) "@{ ModuleVersion = '1.0'; RootModule = 'HangingVault.Extension.psm1'; FunctionsToExport = '*' }"
            Set-Content (Join-Path $vault HangingVault.Extension HangingVault.Extension.psm1) @'
                function Get-Secret { param($Name, $VaultName, $AdditionalParameters) if (Test-Path "$PSScriptRoot/$Name") { Get-Content "$PSScriptRoot/$Name" } }
                function Set-Secret { param($Name, $Secret, $VaultName, $AdditionalParameters)
                    if (-not (Test-Path "$PSScriptRoot/ready")) { Set-Content "$PSScriptRoot/hangs" x; Start-Sleep 900 }
                    Set-Content "$PSScriptRoot/$Name" ([Net.NetworkCredential]::new('', $Secret).Password) }
                function Remove-Secret { param($Name, $VaultName, $AdditionalParameters) Remove-Item "$PSScriptRoot/$Name" }
                function Get-SecretInfo { param($Filter, $VaultName, $AdditionalParameters)
                    Get-ChildItem $PSScriptRoot -Filter "$Filter" | Where-Object Name -Like 'llm-*' | ForEach-Object { [Microsoft.PowerShell.SecretManagement.SecretInformation]::new($_.Name, 'String', $VaultName) } }
                function Test-SecretVault { param($VaultName, $AdditionalParameters) $true }
'@
            $lines = Invoke-Shell {
                Register-SecretVault $Path -Name Hanging
                $shell = [powershell]::Create().AddScript("Import-Module '$Module'; New-LlmConfig work openai -ApiKey (ConvertTo-SecureString sk-test-a -AsPlainText -Force) -Vault Hanging")
                $running = $shell.BeginInvoke()
                $limit = [datetime]::Now.AddMinutes(3)
                while (-not (Test-Path "$Path/HangingVault.Extension/hangs") -and [datetime]::Now -lt $limit) { Start-Sleep -Milliseconds 50 }
                $shell.Stop()
                $shell.InvocationStateInfo.State
                @(Get-LlmConfig).Count
                Set-Content "$Path/HangingVault.Extension/ready" x
                $null = New-LlmConfig next openai -ApiKey (ConvertTo-Key 'sk-test-b') -Vault Hanging
                Get-LlmConfigKey next -AsPlainText
                @(Get-ChildItem "$Path/HangingVault.Extension/llm-*").Count
                @(Get-ChildItem (Join-Path $env:LLMCONFIG_HOME pending)).Count
            } @{ Path = $vault }
            $lines | Should -Be 'Stopped', '0', 'sk-test-b', '1', '0'
        }
    }

    Context 'jobs, threads and runspaces' -Tag Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore -Skip:(-not $Installed) {
        It 'keeps type, code, target and message through <Name>, and a key crosses as a SecureString only' -ForEach @(
            @{ Name = 'Start-Job'; Run = 'Start-Job -ArgumentList $Module { param($Module) Import-Module $Module; Get-LlmConfig work; Get-LlmConfigKey work; Get-LlmConfigKey nope } | Receive-Job -Wait -ErrorVariable problem -ErrorAction SilentlyContinue'; Type = 'Deserialized.LlmConfig.LlmConfiguration' }
            @{ Name = 'Start-ThreadJob'; Run = 'Start-ThreadJob -ArgumentList $Module { param($Module) Import-Module $Module; Get-LlmConfig work; Get-LlmConfigKey work; Get-LlmConfigKey nope } | Receive-Job -Wait -ErrorVariable problem -ErrorAction SilentlyContinue'; Type = 'LlmConfig.LlmConfiguration' }
            @{ Name = 'a serialised round trip'; Run = '$problem = @($(try { Get-LlmConfigKey nope } catch { $_ })); [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize(@((Get-LlmConfig work), (Get-LlmConfigKey work)))); $problem = @([Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($problem[0])))'; Type = 'Deserialized.LlmConfig.LlmConfiguration' }
        ) {
            $lines = Invoke-Shell {
                Register-Store
                $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key 'sk-test-a') -Vault Store -Model m1
                $problem = $null
                $back = . ([scriptblock]::Create($Run))
                $back[0].PSTypeNames[0]
                "$($back[0].Name) $($back[0].Model) $($back[0].Vault)"
                $back[1].GetType().FullName
                [Net.NetworkCredential]::new('', $back[1]).Password
                $problem[0].FullyQualifiedErrorId
                $problem[0].TargetObject
                $problem[0].Exception.Message
            } @{ Run = $Run.Replace("'", "''") }
            $lines[0] | Should -Be $Type
            $lines[1..3] | Should -Be 'work m1 Store', 'System.Security.SecureString', 'sk-test-a'
            $lines[4] | Should -BeLike 'NotFound,*'
            $lines[5] | Should -Be nope
            $lines[6] | Should -Match "no configuration|'nope'"
        }

        It 'serves parallel runspaces of one process, one call at a time' {
            $count = Invoke-Shell {
                Register-Store
                $module = $Module
                1..12 | ForEach-Object -ThrottleLimit 4 -Parallel {
                    Import-Module $using:module
                    $null = New-LlmConfig "n$_" openai -ApiKey (ConvertTo-SecureString "sk-test-$_" -AsPlainText -Force) -Vault Store
                }
                @(Get-LlmConfig | Where-Object { (Get-LlmConfigKey $_.Name -AsPlainText) -eq "sk-test-$($_.Name.Substring(1))" }).Count
            }
            $count | Should -Be 12
        }
    }

    Context 'the price of the extension' {
        It 'is one small assembly to load at the import of the module, and no command' {
            $bare = Join-Path $script:TestHome bare LlmConfig.PowerShell
            $null = New-Item (Split-Path $bare) -ItemType Directory
            Copy-Item $script:Module $bare -Recurse
            Remove-Item (Join-Path $bare LlmConfig.PowerShell.Extension*) -Recurse
            $manifest = Join-Path $bare LlmConfig.PowerShell.psd1
            (Get-Content $manifest) -notmatch 'NestedModules' | Set-Content $manifest
            # What is loaded, not how long it takes: two imports of the same module differ by more than the extension costs.
            $with, $without = foreach ($path in $script:Module, $bare) {
                pwsh -NoProfile -Command "
                    `$before = [AppDomain]::CurrentDomain.GetAssemblies().Location
                    Import-Module '$path'
                    [AppDomain]::CurrentDomain.GetAssemblies().Location | Where-Object { `$_ -notin `$before } | Split-Path -Leaf
                    Get-Command -Module LlmConfig.PowerShell* | ForEach-Object Name" | Join-String -Separator ' '
            }
            Compare-Object ($with -split ' ') ($without -split ' ') -PassThru | Should -Be LlmConfig.PowerShell.Extension.dll
            (Get-Item (Join-Path $script:Module LlmConfig.PowerShell.Extension.dll)).Length | Should -BeLessThan 32kb
        }
    }
}
