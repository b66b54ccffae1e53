#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# Use-, Enter- and Exit-LlmConfig in the real shell. Every test works in a home of its own and never touches the user's.

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    Import-Module $script:Module -Force -ErrorAction Stop
    $script:Variables = @(Get-LlmProvider | ForEach-Object {
            $_.KeyVariables; $_.BearerKeyVariables; $_.BaseUrlVariable; $_.ModelVariables; $_.OverridingVariables
        } | Where-Object { $_ } | Sort-Object -Unique)
    $script:Saved = @{}
    foreach ($name in @('HOME', 'LLMCONFIG_HOME', 'XDG_CONFIG_HOME') + $script:Variables) {
        $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    # For .NET, PowerShell's $null is the empty text, and a variable that is set to it is there.
    function Restore-Environment([hashtable] $Values) {
        foreach ($name in $Values.Keys) {
            $value = $Values[$name]
            if ($null -eq $value) { $value = [NullString]::Value }
            [Environment]::SetEnvironmentVariable($name, $value)
        }
    }

    function Get-SetVariable {
        # Of the catalogue's variables, those that are set.
        @($script:Variables | Where-Object { $null -ne [Environment]::GetEnvironmentVariable($_) }) -join ' '
    }

    # Another engine with the module, as an interactive session has one.
    function Get-Engine {
        $engine = [powershell]::Create()
        $null = $engine.AddScript("Import-Module '$script:Module'").Invoke()
        $engine.Commands.Clear()
        $engine
    }
}

AfterAll {
    Restore-Environment $script:Saved
}

Describe 'A configuration in the environment' {
    BeforeAll {
        $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-pester-').FullName
        $env:HOME = $script:TestHome
        $env:LLMCONFIG_HOME = Join-Path $script:TestHome store
        $none = @{ XDG_CONFIG_HOME = $null }
        foreach ($name in $script:Variables) { $none[$name] = $null }
        Restore-Environment $none
        Set-LlmConfigStore -Protector KeyFile
        $script:Key = 'sk-test-' + [guid]::NewGuid().ToString('N')
        $secure = ConvertTo-SecureString $script:Key -AsPlainText -Force
        $null = New-LlmConfig work openai -ApiKey $secure -Model gpt-5 -AsDefault
        $null = New-LlmConfig claude anthropic -ApiKey $secure
        $null = New-LlmConfig local ollama
    }

    AfterAll {
        $env:HOME = $script:Saved.HOME
        Remove-Item $script:TestHome -Recurse -Force
    }

    AfterEach {
        Get-SetVariable | Should -BeNullOrEmpty
    }

    It 'is there for a program in the block, and for none behind it' {
        Use-LlmConfig work { /bin/sh -c 'echo $OPENAI_API_KEY $OPENAI_BASE_URL $OPENAI_MODEL' } |
            Should -Be "$script:Key https://api.openai.com/v1 gpt-5"
        /bin/sh -c 'echo "[$OPENAI_API_KEY]"' | Should -Be '[]'
    }

    It 'keeps the exit code and $? of the program' {
        Use-LlmConfig { /bin/sh -c 'exit 7'; $succeeded = $? }
        $LASTEXITCODE | Should -Be 7
        $succeeded | Should -BeFalse
    }

    It 'keeps the streams apart, and merges what the caller merges' {
        # Whoever runs the suite may have chosen Stop.
        $ErrorActionPreference = 'Continue'
        $all = Use-LlmConfig work {
            'out'; Write-Error error; Write-Warning warning; Write-Verbose verbose -Verbose; Write-Information information
            /bin/sh -c 'echo native error >&2'
        } *>&1
        @($all | ForEach-Object { "$($_.GetType().Name) $_" }) | Should -Be @(
            'String out', 'ErrorRecord error', 'WarningRecord warning', 'VerboseRecord verbose', 'InformationRecord information'
            'ErrorRecord native error')

        $file = Join-Path $script:TestHome errors
        Use-LlmConfig work { 'out'; Write-Error 'to the file' } 2> $file | Should -Be out
        Get-Content $file -Raw | Should -Match 'to the file'

        $null = Use-LlmConfig work { Write-Error e; Write-Warning w } -ErrorVariable errors -WarningVariable warnings 2>$null 3>$null
        "$($errors.Count) $($warnings.Count)" | Should -Be '1 1'
    }

    It 'leaves standard output and standard error of a program to the terminal or the pipe that there is' {
        $script = "Import-Module '$script:Module'; Use-LlmConfig work { /bin/sh -c 'ls -l /proc/self/fd/1 /proc/self/fd/2' }"
        $output = /bin/sh -c 'exec "$@" 2>/dev/null' sh @(Get-ShellCommand) -NoProfile -Command $script
        $output -join ' ' | Should -Match '/proc/self/fd/2 -> /dev/null'
    }

    It 'is gone after <Name>' -ForEach @(
        @{ Name = 'an error'; Block = { throw 'x' } }
        @{ Name = 'a terminating error of a command'; Block = { Get-Item /no/such/file -ErrorAction Stop } }
        @{ Name = 'break out of a loop around it'; Block = { break } }
        @{ Name = 'nested blocks that fail'; Block = { Use-LlmConfig claude { Use-LlmConfig local { throw 'x' } } } }
        @{ Name = 'an Enter that was not left'; Block = { Enter-LlmConfig claude } }
    ) {
        foreach ($once in 1) { try { Use-LlmConfig work $Block } catch { $_ | Should -Not -BeNullOrEmpty } }
    }

    It 'is gone after Select-Object has stopped the block' {
        Use-LlmConfig work { 1..100 } | Select-Object -First 1 | Should -Be 1
    }

    It 'is gone after Ctrl+C: <Name>' -ForEach @(
        @{ Name = 'a command'; Block = 'Start-Sleep 60' }
        @{ Name = 'a native program'; Block = '/bin/sleep 60' }
        @{ Name = 'a loop in nested blocks'; Block = 'Use-LlmConfig claude { while ($true) { } }' }
    ) {
        $engine = Get-Engine
        try {
            $running = $engine.AddScript("Use-LlmConfig work { $Block }").BeginInvoke()
            for ($i = 0; $i -lt 300 -and -not $env:OPENAI_API_KEY; $i++) { Start-Sleep -Milliseconds 50 }
            $env:OPENAI_API_KEY | Should -Be $script:Key
            # What Ctrl+C does: from another thread.
            $engine.Stop()
            { $engine.EndInvoke($running) } | Should -Throw
            Get-SetVariable | Should -BeNullOrEmpty
        }
        finally { $engine.Dispose() }
    }

    It 'is right again when parallel blocks have all ended, in whatever order' {
        $env:OPENAI_API_KEY = 'before'
        try {
            $warnings = 1..12 | ForEach-Object -Parallel {
                Import-Module $using:Module
                $name = 'work', 'claude' | Get-Random
                $variable = 'OPENAI_API_KEY', 'OTHER_KEY' | Get-Random
                Use-LlmConfig $name -Variable $variable { Start-Sleep -Milliseconds (Get-Random -Maximum 200) }
            } -ThrottleLimit 4 3>&1
            $env:OPENAI_API_KEY | Should -Be before
            [Environment]::GetEnvironmentVariable('OTHER_KEY') | Should -BeNullOrEmpty
            foreach ($warning in $warnings) { $warning | Should -Match 'belong to the whole process' }
        }
        finally { Restore-Environment @{ OPENAI_API_KEY = $null } }
    }

    It 'binds as a person expects' {
        Use-LlmConfig { $env:OPENAI_MODEL } | Should -Be gpt-5
        Use-LlmConfig work { $env:OPENAI_MODEL } | Should -Be gpt-5
        Get-LlmConfig work, local | Use-LlmConfig { "$env:OPENAI_MODEL$env:OLLAMA_HOST" } | Should -Be gpt-5, 'http://127.0.0.1:11434'
        Start-Job { Import-Module $using:Module; Get-LlmConfig work } | Receive-Job -Wait | Use-LlmConfig { $env:OPENAI_MODEL } | Should -Be gpt-5
    }

    It 'is entered and left' {
        $env:OPENAI_BASE_URL = 'before'
        try {
            Enter-LlmConfig work
            Enter-LlmConfig claude
            "$env:OPENAI_API_KEY $env:ANTHROPIC_API_KEY" | Should -Be "$script:Key $script:Key"
            Exit-LlmConfig
            "$env:OPENAI_API_KEY $env:ANTHROPIC_API_KEY" | Should -Be "$script:Key "
            Exit-LlmConfig
            Exit-LlmConfig -WarningVariable warning -WarningAction SilentlyContinue
            $warning | Should -Match 'nothing was changed'
            $env:OPENAI_BASE_URL | Should -Be before
        }
        finally { Restore-Environment @{ OPENAI_BASE_URL = $null } }
    }

    It 'completes names and variables' {
        (TabExpansion2 'Use-LlmConfig wo').CompletionMatches.CompletionText | Should -Contain work
        (TabExpansion2 'Enter-LlmConfig cl').CompletionMatches.CompletionText | Should -Contain claude
        (TabExpansion2 'Use-LlmConfig work -Variable ANTHROPIC_').CompletionMatches.CompletionText | Should -Be ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN
    }

    It 'leaves no key in a transcript or a verbose line' {
        $transcript = Join-Path $script:TestHome transcript
        $null = Start-Transcript $transcript
        try {
            Use-LlmConfig work { 'in the block' } -Verbose | Out-Host
            Enter-LlmConfig work -Verbose
            Exit-LlmConfig -Verbose
        }
        finally { $null = Stop-Transcript }
        Get-Content $transcript -Raw | Should -Match 'in the block'
        Get-Content $transcript -Raw | Should -Not -Match $script:Key
    }
}
