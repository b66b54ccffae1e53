#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# Import and export in the real shell: files as a person names them, another machine, and a vault that two homes share.
# Every test works in homes of its own; vaults are registered in them and never in the user's.

BeforeAll {
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Variables = 'HOME', 'XDG_CONFIG_HOME', 'LLMCONFIG_HOME', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL', 'GROQ_API_KEY', 'OLLAMA_HOST'
    $script:Saved = @{}
    foreach ($name in $script:Variables) { $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name) }
    Import-Module $script:Module -Force -ErrorAction Stop

    function New-TestKey { 'sk-test-' + [guid]::NewGuid().ToString('N') }
    function ConvertTo-Key([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }
    function Use-Home([string] $Name) { $env:LLMCONFIG_HOME = Join-Path $script:TestHome $Name }
}

AfterAll {
    foreach ($name in $script:Variables) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'Import and export in a real shell' {
    BeforeEach {
        $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-pester-').FullName
        foreach ($name in $script:Variables) { [Environment]::SetEnvironmentVariable($name, [NullString]::Value) }
        $env:HOME = $script:TestHome
        Push-Location $script:TestHome
        foreach ($name in 'second', 'first') {
            Use-Home $name
            Set-LlmConfigStore -Protector KeyFile
        }
    }

    AfterEach {
        Pop-Location
        $env:HOME = $script:Saved.HOME
        Remove-Item $script:TestHome -Recurse -Force
    }

    It 'takes relative paths, wildcards, brackets and what Get-ChildItem gives' {
        Set-Content a.env "OPENAI_API_KEY=$(New-TestKey)"
        Set-Content -LiteralPath '[b].env' "GROQ_API_KEY=$(New-TestKey)"
        (Import-LlmConfig ./a*.env -WarningAction SilentlyContinue).Name | Should -Be openai
        (Import-LlmConfig -LiteralPath './[b].env' -WarningAction SilentlyContinue).Name | Should -Be groq
        Get-LlmConfig | Remove-LlmConfig -Force
        (Get-ChildItem *.env | Import-LlmConfig -WarningAction SilentlyContinue).Name | Sort-Object | Should -Be groq, openai
        { Import-LlmConfig Env:\PATH -ErrorAction Stop } | Should -Throw -ErrorId 'StoreUnsafe*'
        { Import-LlmConfig ./none.env -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound*'
    }

    It 'takes what the environment has' {
        $env:OPENAI_API_KEY = New-TestKey
        $env:OLLAMA_HOST = 'localhost'
        Import-LlmConfig -FromEnvironment -WhatIf | Should -BeNullOrEmpty
        Get-LlmConfig | Should -BeNullOrEmpty
        (Import-LlmConfig -FromEnvironment).Name | Should -Be openai, ollama
        Get-LlmConfigKey openai -AsPlainText | Should -BeExactly $env:OPENAI_API_KEY
        (Get-LlmConfig ollama).BaseUrl | Should -BeExactly 'http://localhost:11434/v1'
    }

    It 'carries settings and keys to another home under a password' {
        $key = New-TestKey
        $password = ConvertTo-Key 'eight or more'
        $null = New-LlmConfig work openai -ApiKey (ConvertTo-Key $key) -AsDefault
        Export-LlmConfig -Path export.json -IncludeKey -Password $password
        Get-Content export.json -Raw | Should -Not -Match 'work|sk-test'
        Use-Home second
        { Import-LlmConfig export.json -ErrorAction Stop } | Should -Throw -ErrorId 'VaultLocked*'
        (Import-LlmConfig export.json -Password $password).Name | Should -Be work
        Get-LlmConfigKey work -AsPlainText | Should -BeExactly $key
        Import-LlmConfig export.json -Password $password | Should -BeNullOrEmpty
        { Export-LlmConfig -Path export.json -ErrorAction Stop } | Should -Throw -ErrorId 'DuplicateName*'
    }

    It 'writes text that another command reads' {
        $null = New-LlmConfig local ollama
        (Export-LlmConfig | ConvertFrom-Json).configs.name | Should -Be local
    }

    It 'completes conflicts and formats' {
        (TabExpansion2 'Import-LlmConfig x -OnConflict R').CompletionMatches.CompletionText | Should -Be Rename, Replace
        (TabExpansion2 'Import-LlmConfig x -Format Dot').CompletionMatches.CompletionText | Should -Be DotEnv
    }
}
