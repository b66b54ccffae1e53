#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# Finding, seeing and creating in the real shell: Tab through TabExpansion2, tables at the widths of consoles, and
# New-LlmConfig where nobody answers. Every test works in a home of its own and never touches the user's.

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'XDG_CONFIG_HOME', 'LLMCONFIG_HOME', 'OPENAI_API_KEY', 'GROQ_API_KEY') {
        $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    Import-Module $script:Module -Force -ErrorAction Stop

    function ConvertTo-Key([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }
    function Get-Completion([string] $Line) { @((TabExpansion2 $Line $Line.Length).CompletionMatches) }
    function Get-CompletionText([string] $Line) { @(Get-Completion $Line | ForEach-Object CompletionText) }

    # What a child process writes, all streams as text, without colours.
    function Invoke-Shell([string] $Script, [string[]] $Options = @()) {
        $text = "Import-Module '$script:Module'; $Script"
        $null | pwsh -NoProfile @Options -Command $text 2>&1 | ForEach-Object { "$_" -replace "`e\[[0-9;]*m" }
    }
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'Finding, seeing and creating in a real shell' {
    BeforeEach {
        $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-finding-').FullName
        $env:HOME = $script:TestHome
        $env:XDG_CONFIG_HOME = $null
        $env:LLMCONFIG_HOME = Join-Path $script:TestHome store
    }

    AfterEach {
        $env:HOME = $script:Saved.HOME
        Remove-Item $script:TestHome -Recurse -Force
    }

    Context 'Tab' {
        It 'completes <Name> to what finds it' -ForEach @(
            @{ Name = 'plain' }, @{ Name = 'with space' }, @{ Name = "it's" }, @{ Name = 'say "hi"' }, @{ Name = 'cost$HOME' }, @{ Name = 'back`tick' },
            @{ Name = 'a[1]' }, @{ Name = 'wild*card?' }, @{ Name = '-dash' }, @{ Name = "$([char]0x2013)dash" }, @{ Name = '@splat' }, @{ Name = '#hash' },
            @{ Name = '1,2' }, @{ Name = '(paren)' }, @{ Name = '{brace}' }, @{ Name = '12345' }, @{ Name = '1kb' }, @{ Name = 'a;b' }, @{ Name = 'a|b' },
            @{ Name = "typo$([char]0x2019)graphic" }, @{ Name = "$([char]0x201c)fancy$([char]0x201d)" }, @{ Name = '$(throw)' }
        ) {
            $null = New-LlmConfig -Name $Name -Provider ollama -Model $Name
            foreach ($line in 'Get-LlmConfig ', 'Get-LlmConfig -Name ', 'Get-LlmConfig -Name:') {
                $completed = @(Get-CompletionText $line)
                $completed.Count | Should -Be 1
                (& ([scriptblock]::Create($line + $completed[0]))).Name | Should -BeExactly $Name
            }

            $model = @(Get-CompletionText 'New-LlmConfig other ollama -Model ')
            (& ([scriptblock]::Create('New-LlmConfig other ollama -Model ' + $model[0]))).Model | Should -BeExactly $Name
        }

        It 'completes ids under their names, providers, vaults and variables that are set' {
            $made = New-LlmConfig work openai
            $id = Get-Completion 'Get-LlmConfig -Id wo'
            $id.CompletionText | Should -Be "$($made.Id)"
            $id.ListItemText | Should -Be work
            Get-CompletionText 'New-LlmConfig x anth' | Should -Be anthropic
            $env:OPENAI_API_KEY = 'sk-test-' + [guid]::NewGuid().ToString('N')
            $env:GROQ_API_KEY = $null
            $variable = Get-Completion 'New-LlmConfig x openai -ApiKeyFromEnvironment '
            $variable.CompletionText | Should -Be OPENAI_API_KEY
            "$($variable.ToolTip) $($variable.ListItemText)" | Should -Not -Match 'sk-test'
            Get-CompletionText 'New-LlmConfig x groq -ApiKeyFromEnvironment G' | Where-Object { $_ -eq 'GROQ_API_KEY' } | Should -BeNullOrEmpty
        }

        It 'completes registered vaults without loading SecretManagement, in a new process' {
            $registry = New-Item -ItemType Directory -Force (Join-Path $script:TestHome .secretmanagement secretvaultregistry)
            '{ "DefaultVaultName": "", "Vaults": { "Work Vault": { "ModuleName": "M" }, "SecretStore": { "ModuleName": "N" } } }' |
                Set-Content (Join-Path $registry vaultinfo)
            $told = Invoke-Shell '$line = "New-LlmConfig x openai -Vault "; (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText -join ";"; "loaded: " + @(Get-Module *Secret*).Count'
            if (-not $IsWindows) { $told | Should -Be "LlmConfig;'Work Vault';SecretStore", 'loaded: 0' }
        }
    }

    Context 'the table' {
        It 'has every column on a console of <Width>' -ForEach @(@{ Width = 80 }, @{ Width = 100 }, @{ Width = 120 }, @{ Width = 160 }) {
            $null = New-LlmConfig 'production (EU)' azure-openai -BaseUrl https://team-eu.openai.azure.com/openai/v1 -Model claude-sonnet-4-5 -AsDefault
            $lines = @((Get-LlmConfig | Out-String -Width $Width) -replace "`e\[[0-9;]*m" -split "`r?`n" | Where-Object { $_.Trim() })
            $lines.Count | Should -Be 3
            $lines[0].Trim() -split ' +' | Should -Be Name, Provider, Model, KeyAge, Host
            $lines[2] | Should -Match '^\* production \(EU\).* azure-openai claude-sonnet.* no key team-eu'
            if ($Width -ge 160) { $lines[2] | Should -Match ' team-eu\.openai\.azure\.com$' }
        }

        It 'shows checks in colour only where output is rendered for a person' {
            Set-LlmConfigStore -Protector KeyFile
            $PSStyle.OutputRendering = 'Ansi'
            try { Test-LlmConfig | Out-String | Should -Match "`e\[32mOk`e\[0m" }
            finally { $PSStyle.OutputRendering = 'Host' }
            try {
                $PSStyle.OutputRendering = 'PlainText'
                $plain = Test-LlmConfig | Out-String
                $plain | Should -Match '(?m)^Ok '
                $plain | Should -Not -Match "`e"
            }
            finally { $PSStyle.OutputRendering = 'Host' }
        }
    }

    Context 'creating where nobody answers' {
        It 'names what is missing: <Title>' -ForEach @(
            @{ Title = 'redirected input'; Options = @(); Script = 'New-LlmConfig' }
            @{ Title = '-NonInteractive'; Options = @('-NonInteractive'); Script = 'New-LlmConfig' }
            @{ Title = 'a job'; Options = @(); Script = "Start-Job { Import-Module `$using:m; New-LlmConfig } | Wait-Job -Timeout 60 | Receive-Job" }
            @{ Title = 'ForEach-Object -Parallel'; Options = @(); Script = '1 | ForEach-Object -Parallel { Import-Module $using:m; New-LlmConfig }' }
            @{ Title = 'a runspace without a host'; Options = @(); Script = '$p = [powershell]::Create().AddScript("Import-Module ''$m''; New-LlmConfig"); $p.Invoke(); $p.Streams.Error' }
        ) {
            $told = (Invoke-Shell "`$m = '$script:Module'; $Script" $Options) -join "`n"
            $told | Should -Match 'The name and the provider are missing, and nobody answers here'
            $told | Should -Match 'Give -Name and -Provider'
            $env:LLMCONFIG_HOME | Should -Not -Exist
        }

        It 'never asks for what a pipeline lacks' {
            $told = (Invoke-Shell '[pscustomobject]@{ Name = "a" } | New-LlmConfig') -join "`n"
            $told | Should -Match 'No provider was given'
        }
    }

    It 'finds keys in the files that Get-ChildItem gives, shows a table, and ends with the first one that is wanted' {
        Set-LlmConfigStore -Protector KeyFile
        $key = 'sk-test-' + [guid]::NewGuid().ToString('N')
        $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key $key)
        $project = New-Item -ItemType Directory (Join-Path $script:TestHome project)
        "# `r`nOPENAI_API_KEY=$key`r`n" | Set-Content (Join-Path $project .env) -NoNewline
        "a '$key'" | Set-Content (Join-Path $project 'history.txt') -Encoding unicode
        'nothing' | Set-Content (Join-Path $project clean.json)

        $found = @(Find-LlmConfigKey $project)
        $found.ForEach({ "$($_.Name) $(Split-Path $_.Path -Leaf):$($_.Line):$($_.Column)" }) | Should -Be 'work .env:2:16', 'work history.txt:1:4'
        (Get-ChildItem $project -Recurse -File -Force | Find-LlmConfigKey).Path | Should -Be $found.Path
        Get-ChildItem $project -Filter *.json | Find-LlmConfigKey | Should -BeNullOrEmpty
        (Find-LlmConfigKey $project | Select-Object -First 1).Line | Should -Be 2
        (Find-LlmConfigKey $project | ConvertTo-Json) | Should -Not -Match $key
        $lines = @(($found | Out-String -Width 200) -replace "`e\[[0-9;]*m" -split "`r?`n" | Where-Object { $_.Trim() })
        $lines[0].Trim() -split ' +' | Should -Be Name, Line, Column, Path
        $lines[2] | Should -Match '^work +2 +16 .*\.env$'
    }

    It 'warns of keys that look wrong or are used twice, and never shows them' {
        Set-LlmConfigStore -Protector KeyFile
        $key = 'sk-ant-test-' + [guid]::NewGuid().ToString('N')
        $null = New-LlmConfig a anthropic -ApiKey (ConvertTo-Key $key) -WarningVariable none 3>$null
        $null = New-LlmConfig b openai -ApiKey (ConvertTo-Key $key) -WarningVariable some 3>$null
        $none | Should -BeNullOrEmpty
        $some[0].Message | Should -BeLike "*looks like one of Anthropic, not of OpenAI*"
        $some[1].Message | Should -BeLike "'a' and 'b' have the same key*"
        "$some" | Should -Not -Match $key
    }
}
