#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# The module in the real shell. Every test works in a home of its own and never touches the user's.

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Repository = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
    $script:Saved = @{ HOME = $env:HOME; LLMCONFIG_HOME = $env:LLMCONFIG_HOME; XDG_CONFIG_HOME = $env:XDG_CONFIG_HOME }
    Import-Module $script:Module -Force -ErrorAction Stop

    function New-TestKey { 'sk-test-' + [guid]::NewGuid().ToString('N') }
    function ConvertTo-Key([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'LlmConfig.PowerShell in a real shell' {
    BeforeEach {
        $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-pester-').FullName
        $env:HOME = $script:TestHome
        $env:XDG_CONFIG_HOME = $null
        $env:LLMCONFIG_HOME = Join-Path $script:TestHome store
        # A first vault without a keyring, whatever this machine has.
        Set-LlmConfigStore -Protector KeyFile
    }

    AfterEach {
        $env:HOME = $script:Saved.HOME
        Remove-Item $script:TestHome -Recurse -Force
    }

    Context 'the module' {
        It 'has a valid manifest that exports cmdlets only' {
            $manifest = Test-ModuleManifest (Join-Path $script:Module LlmConfig.PowerShell.psd1)
            $manifest.ExportedCmdlets.Count | Should -Be 24
            $manifest.ExportedFunctions.Count | Should -Be 0
            $manifest.ExportedAliases.Count | Should -Be 0
        }

        It 'exports approved verbs and nothing that is not in the manifest' {
            $commands = Get-Command -Module LlmConfig.PowerShell
            $commands.Count | Should -Be 24
            $commands.Verb | Sort-Object -Unique | ForEach-Object { Get-Verb $_ | Should -Not -BeNullOrEmpty }
        }

        It 'ships no assembly but its own two' {
            (Get-ChildItem $script:Module -Filter *.dll).Name | Sort-Object | Should -Be 'LlmConfig.Core.dll', 'LlmConfig.PowerShell.dll', 'LlmConfig.PowerShell.Extension.dll'
        }

        It 'creates nothing when it is imported' {
            $fresh = Join-Path $script:TestHome fresh
            pwsh -NoProfile -Command "`$env:LLMCONFIG_HOME = '$fresh'; Import-Module '$script:Module'; Get-LlmConfig" | Should -BeNullOrEmpty
            $fresh | Should -Not -Exist
        }
    }

    Context 'a question that only a person may answer' {
        It 'is not answered by a pipe: a kept key goes to no other host' {
            $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key (New-TestKey)) 3>$null
            $script = "Import-Module '$script:Module'; Set-LlmConfig work -BaseUrl https://other.example/v1; `$Error[0].FullyQualifiedErrorId"
            $output = 'y', 'y' | pwsh -NoProfile -Command $script 2>$null
            $output | Should -Be 'InsecureBaseUrl,LlmConfig.Commands.SetLlmConfigCommand'
            (Get-LlmConfig work).BaseUrl | Should -Be https://api.openai.com/v1
        }

        It 'does not keep a job waiting' {
            $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key (New-TestKey)) 3>$null
            $job = Start-Job { Import-Module $using:Module; Set-LlmConfig work -BaseUrl https://other.example/v1 }
            $null = Wait-Job $job -Timeout 60
            $job.State | Should -BeIn Completed, Failed
            $job.ChildJobs[0].Error[0].FullyQualifiedErrorId | Should -BeLike 'InsecureBaseUrl*'
            Remove-Job $job -Force
        }
    }

    Context 'the life of a configuration' {
        It 'creates, reads, changes, rotates and removes' {
            $first = New-TestKey
            $second = New-TestKey
            $made = New-LlmConfig -Name work -Provider openai -ApiKey (ConvertTo-Key $first) -Model gpt-5 -AsDefault
            $made.Name | Should -Be work
            $made.BaseUrl | Should -Be 'https://api.openai.com/v1'
            Get-LlmConfigKey work -AsPlainText | Should -Be $first
            Get-LlmConfigKey -AsPlainText | Should -Be $first -Because 'it is the default'

            Set-LlmConfig work -ApiKey (ConvertTo-Key $second) -NewName job
            Get-LlmConfigKey job -AsPlainText | Should -Be $second
            (Get-ChildItem (Join-Path $env:LLMCONFIG_HOME vault) -Filter *.sealed).Count | Should -Be 1

            Remove-LlmConfig job
            Get-LlmConfig | Should -BeNullOrEmpty
            (Get-ChildItem (Join-Path $env:LLMCONFIG_HOME vault) -Filter *.sealed).Count | Should -Be 0
            (Get-ChildItem (Join-Path $env:LLMCONFIG_HOME pending)).Count | Should -Be 0
        }

        It 'rotates a key with its provider, and goes on after a shell that died while it revoked the old one' {
            $first = New-TestKey
            $second = New-TestKey
            $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key $first) 3>$null
            $killed = "Import-Module '$script:Module'; Invoke-LlmConfigRotation work { '$second' } -SkipOnlineCheck -Revoke { [Environment]::FailFast('killed') }"
            pwsh -NoProfile -Command $killed *>$null
            Get-LlmConfigKey work -AsPlainText | Should -Be $second
            (Test-LlmConfig work | Where-Object Check -EQ Rotation).Status | Should -Be Warning

            $script:revoked = $null
            $result = Invoke-LlmConfigRotation work { throw 'It is made.' } -Revoke { param($Old) $script:revoked = ConvertFrom-SecureString $Old -AsPlainText }
            $result.IsRevoked | Should -BeTrue
            $script:revoked | Should -Be $first
            (Get-ChildItem (Join-Path $env:LLMCONFIG_HOME vault) -Filter *.sealed).Count | Should -Be 1
        }

        It 'takes a key from an environment variable' {
            $env:PESTER_LLM_KEY = New-TestKey
            try {
                $null = New-LlmConfig work anthropic -ApiKeyFromEnvironment PESTER_LLM_KEY
                Get-LlmConfigKey work -AsPlainText | Should -Be $env:PESTER_LLM_KEY
            }
            finally { $env:PESTER_LLM_KEY = $null }
        }

        It 'binds what Import-Csv gives' {
            "Name,Provider,UseAuthHeader,Model`na,anthropic,true,m1`nb,ollama,," | ConvertFrom-Csv | New-LlmConfig | Should -HaveCount 2
            (Get-LlmConfig a).UseAuthHeader | Should -BeTrue
            (Get-LlmConfig b).Model | Should -BeNullOrEmpty
        }

        It 'copies what was noted of a configuration through <Format>' -ForEach @(
            @{ Format = 'an object'; Copy = { $_ } }
            @{ Format = 'JSON'; Copy = { $_ | ConvertTo-Json | ConvertFrom-Json } }
            @{ Format = 'CLIXML'; Copy = { $_ | Export-Clixml (Join-Path $TestDrive copy.xml); Import-Clixml (Join-Path $TestDrive copy.xml) } }
            @{ Format = 'CSV'; Copy = { $_ | Select-Object *, @{ n = 'ExpiresAt'; e = { '{0:o}' -f $_.ExpiresAt } } -ExcludeProperty ExpiresAt | ConvertTo-Csv | ConvertFrom-Csv } }
            @{ Format = 'llmconfig --json'; Copy = { (dotnet (Join-Path $Repository out llmconfig llmconfig.dll) get old --json | ConvertFrom-Json).data } }
        ) {
            New-LlmConfig old openai -Organization org-example -Project proj_example -ApiVersion 2024-10-21 -Header ([ordered]@{ 'X-Team' = 'blue'; 'X-Trace' = 'on; level=1' }) `
                -Description 'Größe: "all" of it' -Tag eu, 'Team Blue' -Owner ops@example.com -ExpiresAt 2031-02-03T04:05:06Z | ForEach-Object $Copy | New-LlmConfig -Name new -AsDefault:$false |
                Out-Null
            $old, $new = Get-LlmConfig old, new
            foreach ($name in 'Organization', 'Project', 'ApiVersion', 'Headers', 'Description', 'Tags', 'Owner', 'ExpiresAt') {
                "$($new.$name)" | Should -BeExactly "$($old.$name)" -Because $name
                $new.$name | Should -Not -BeNullOrEmpty
            }

            (Get-LlmConfig -Tag 'team*').Name | Should -Be new, old
        }

        It 'reads what llmconfig noted of a configuration, and llmconfig what the cmdlet changes of it' {
            $program = Join-Path $Repository out llmconfig llmconfig.dll
            dotnet $program new work ollama --organization org-example --header 'X-Team: blue' --header 'X-Trace: on; level=1' --tag eu --tag 'Team Blue' --expires 2031-02-03T04:05:06Z --json | Out-Null
            $item = Get-LlmConfig -Tag 'team blue'
            "$($item.Organization)|$($item.Headers)|$($item.Tags -join ', ')|$($item.ExpiresAt.ToString('o'))" |
                Should -BeExactly "org-example|X-Team: blue`nX-Trace: on; level=1|eu, Team Blue|2031-02-03T04:05:06.0000000Z"
            Set-LlmConfig work -Header $null -Tag us -Owner 'Größe'
            $json = (dotnet $program list --tag us --json | ConvertFrom-Json).data
            "$($json.headers)|$($json.tags)|$($json.owner)|$($json.organization)" | Should -BeExactly '|us|Größe|org-example'
        }

        It 'finds a name with brackets literally' {
            $null = New-LlmConfig 'team [eu]' ollama
            (Get-LlmConfig 'team [eu]').Name | Should -Be 'team [eu]'
            Remove-LlmConfig 'team [eu]'
            Get-LlmConfig | Should -BeNullOrEmpty
        }

        It 'changes nothing with -WhatIf' {
            $null = New-LlmConfig work ollama
            $before = (Get-FileHash (Join-Path $env:LLMCONFIG_HOME llm_config.json)).Hash
            Remove-LlmConfig work -WhatIf
            Set-LlmConfig work -Model m -WhatIf
            New-LlmConfig other ollama -WhatIf | Should -BeNullOrEmpty
            (Get-FileHash (Join-Path $env:LLMCONFIG_HOME llm_config.json)).Hash | Should -Be $before
        }

        It 'does not send a kept key to another host unasked' {
            $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key (New-TestKey))
            pwsh -NoProfile -NonInteractive -Command @"
                Import-Module '$script:Module'
                Set-LlmConfig work -BaseUrl https://other.example/v1 -ErrorVariable problem -ErrorAction SilentlyContinue
                `$problem[0].FullyQualifiedErrorId
"@ | Should -BeLike 'InsecureBaseUrl,*'
            Set-LlmConfig work -BaseUrl https://other.example/v1 -Force
            (Get-LlmConfig work).BaseUrl | Should -Be 'https://other.example/v1'
        }
    }

    Context 'errors' {
        It '<Code>: has its code, its target and a remedy' -ForEach @(
            @{ Code = 'NotFound'; Target = 'nope'; Script = { Get-LlmConfig nope } }
            @{ Code = 'DuplicateName'; Target = 'WORK'; Script = { New-LlmConfig WORK ollama } }
            @{ Code = 'UnknownProvider'; Target = 'x'; Script = { New-LlmConfig x opnai } }
            @{ Code = 'InvalidBaseUrl'; Target = 'x'; Script = { New-LlmConfig x azure-openai } }
            @{ Code = 'InsecureBaseUrl'; Target = 'x'; Script = { New-LlmConfig x openai-compatible -BaseUrl http://llm.example/v1 } }
            @{ Code = 'InvalidKey'; Target = 'x'; Script = { New-LlmConfig x openai -ApiKey (ConvertTo-SecureString ' ' -AsPlainText -Force) } }
            @{ Code = 'KeyMissing'; Target = 'work'; Script = { Get-LlmConfigKey work } }
        ) {
            $null = New-LlmConfig work ollama
            $ErrorActionPreference = 'Stop'
            $problem = try { & $Script } catch { $_ }
            $problem.FullyQualifiedErrorId | Should -BeLike "$Code,*"
            $problem.TargetObject | Should -Be $Target
            $problem.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }

        It 'never repeats a key that was passed as a plain string' {
            $canary = New-TestKey
            $problem = try { New-LlmConfig x openai -ApiKey $canary -ErrorAction Stop } catch { $_ }
            ($problem | Out-String) + $problem.Exception.ToString() | Should -Not -Match $canary
        }
    }

    Context 'other sessions' {
        It 'keeps type, settings and error through a job' {
            $null = New-LlmConfig work openai -Model gpt-5
            $back = Start-Job {
                Import-Module $using:Module
                Get-LlmConfig work
                Get-LlmConfig nope
            } | Receive-Job -Wait -ErrorVariable problem -ErrorAction SilentlyContinue
            $back.PSTypeNames | Should -Contain 'Deserialized.LlmConfig.LlmConfiguration'
            $back.Model | Should -Be gpt-5
            $problem[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
            $problem[0].TargetObject | Should -Be nope
            ($back | Set-LlmConfig -Model gpt-5-mini -PassThru).Model | Should -Be gpt-5-mini
        }

        It 'lets parallel runspaces create at the same time' {
            1..20 | ForEach-Object -Parallel {
                Import-Module $using:Module
                $null = New-LlmConfig "parallel $_" ollama
            } -ThrottleLimit 4
            (Get-LlmConfig).Count | Should -Be 20
        }
    }

    Context 'at the prompt' {
        It 'completes names, providers and vaults, quoted where needed' {
            $null = New-LlmConfig "it's mine" openai
            (TabExpansion2 'Get-LlmConfig -Name it').CompletionMatches.CompletionText | Should -Contain "'it''s mine'"
            (TabExpansion2 'New-LlmConfig -Name x -Provider anth').CompletionMatches.CompletionText | Should -Contain 'anthropic'
            (TabExpansion2 'Set-LlmConfig x -Vault Llm').CompletionMatches.CompletionText | Should -Contain 'LlmConfig'
        }

        It 'shows a table and a list, and no key in either' {
            $key = New-TestKey
            $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key $key) -AsDefault
            $table = Get-LlmConfig | Out-String -Width 120
            $table | Should -Match 'Name +Provider +Model +KeyAge +Host'
            $list = Get-LlmConfig | Format-List | Out-String
            $list | Should -Match 'UseAuthHeader : True'
            $table + $list + (Get-LlmConfig | ConvertTo-Json) + [Management.Automation.PSSerializer]::Serialize((Get-LlmConfig)) |
                Should -Not -Match $key
        }
    }

    Context 'the sample' {
        It 'does the main job' {
            $env:LLMCONFIG_HOME = $null
            $output = & (Join-Path $script:Repository samples quickstart.ps1) 3>$null 6>$null | Out-String
            $output | Should -Match 'has a key of 40 characters for https://api.openai.com/v1'
            $output | Should -Match '0 configurations left'
        }
    }
}
