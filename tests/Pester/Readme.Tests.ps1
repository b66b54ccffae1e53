#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# The README is run: each block of PowerShell, sh and Python in a home of its own, and the picture is drawn again.

BeforeDiscovery {
    $readme = Get-Content (Join-Path $PSScriptRoot .. .. README.md) -Raw
    $blocks = @([regex]::Matches($readme, '(?ms)^```(?<language>\w+)\n(?<code>.*?)^```') | ForEach-Object {
            @{ Language = $_.Groups['language'].Value; Code = $_.Groups['code'].Value; First = $_.Groups['code'].Value.Split("`n")[0] }
        })

    # .ci/run itself runs these, by reading them from the README.
    $ciRuns = '^dotnet (build|test|publish)'
    $script:Shown = $blocks
    $analyzer = Get-Module PSScriptAnalyzer -ListAvailable
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Repository = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'XDG_CONFIG_HOME', 'LLMCONFIG_HOME', 'OPENAI_API_KEY', 'HTTPS_PROXY', 'NO_PROXY') {
        $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    $env:HOME = [IO.Directory]::CreateTempSubdirectory('llmconfig-readme-').FullName
    $env:XDG_CONFIG_HOME = $null
    $env:LLMCONFIG_HOME = Join-Path $env:HOME store
    $env:OPENAI_API_KEY = 'sk-test-' + [guid]::NewGuid().ToString('N')
    # Nothing of a test leaves the machine: port 9 refuses.
    $env:HTTPS_PROXY = 'http://127.0.0.1:9'
    $env:NO_PROXY = $null

    # The program as the build leaves it, where the README takes the native one.
    $script:Saved.PATH = $env:PATH
    $env:PATH = (Join-Path $script:Repository out llmconfig) + [IO.Path]::PathSeparator + $env:PATH

    function Invoke-InShell([string] $Script) {
        # What the README takes for granted: somebody who types a key, and an app.
        $prelude = @"
`$ErrorActionPreference = 'Stop'
Set-Location '$script:Repository'
function Read-Host { ConvertTo-SecureString ('sk-test-' + [guid]::NewGuid().ToString('N')) -AsPlainText -Force }
function Get-Clipboard { 'sk-test-' + [guid]::NewGuid().ToString('N') }
function python3 { if (-not `$env:OPENAI_API_KEY) { throw 'The tool has no key.' }; 'the app ran' }
Set-LlmConfigStore -Protector KeyFile
"@
        $text = "Import-Module '$script:Repository/out/LlmConfig.PowerShell'`n$prelude`n$Script"
        $output = pwsh -NoProfile -NonInteractive -EncodedCommand ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($text))) 2>&1
        [pscustomobject]@{ ExitCode = $LASTEXITCODE; Output = $output -join "`n" }
    }
}

AfterAll {
    Remove-Item $env:HOME -Recurse -Force
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'README.md' {
    BeforeEach {
        Remove-Item $env:LLMCONFIG_HOME -Recurse -Force -ErrorAction Ignore
    }

    It 'runs as it stands: <First>' -ForEach @($blocks | Where-Object Language -EQ powershell) {
        # Asked at a prompt only; the terminal tests do that. .env is any such file.
        $code = ($Code -split "`n" | Where-Object { $_ -notmatch '^New-LlmConfig\s+#' }) -join "`n"
        $code = $code -replace '(?m)^New-LlmConfig work openai', '$0 -ApiKey (Read-Host)' -replace '-AskApiKey', '-ApiKey (Read-Host)'
        Set-Content (Join-Path $env:HOME .env) "GROQ_API_KEY=sk-test-$([guid]::NewGuid().ToString('N'))"
        $code = $code.Replace('-Path .env', "-Path '$env:HOME/.env'")

        $result = Invoke-InShell $code

        $result.Output | Should -Not -Match 'sk-test-'
        $result.ExitCode | Should -Be 0 -Because $result.Output
    }

    It 'runs as it stands: <First>' -ForEach @($blocks | Where-Object { $_.Language -eq 'sh' -and $_.First -notmatch $ciRuns }) {
        $null = Invoke-InShell 'New-LlmConfig work openai -ApiKeyFromEnvironment OPENAI_API_KEY -BaseUrl https://gateway.example/v1'
        Push-Location $script:Repository
        try { $output = '' | sh -c $Code 2>&1 } finally { Pop-Location }
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        if ($Code -match 'exec work') { $output | Should -Contain "a key of $($env:OPENAI_API_KEY.Length) characters for https://gateway.example/v1" }
    }

    It 'runs as it stands: <First>' -ForEach @($blocks | Where-Object Language -EQ python) {
        if (-not (Get-Command python3 -CommandType Application -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'there is no python3' }
        $null = Invoke-InShell 'New-LlmConfig work openai -WarningAction SilentlyContinue'
        Push-Location $script:Repository
        try { $output = $Code | python3 - 2>&1 } finally { Pop-Location }
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        $output | Should -Be 'openai https://api.openai.com/v1'
    }

    It 'shows C# that is compiled: <First>' -ForEach @($blocks | Where-Object Language -EQ csharp) {
        $program = (Get-Content (Join-Path $script:Repository samples csharp Program.cs)).Trim()
        foreach ($line in $Code.Trim() -split "`n") { $program | Should -Contain $line.Trim() }
        $null = Invoke-InShell 'New-LlmConfig claude anthropic -ApiKeyFromEnvironment OPENAI_API_KEY'
        $output = dotnet run --no-build --project (Join-Path $script:Repository samples csharp) -- claude
        $output | Should -Be 'GET https://api.anthropic.com/models with x-api-key'
    }

    It 'names each cmdlet in its table' {
        Import-Module (Join-Path $script:Repository out LlmConfig.PowerShell)
        $table = Get-Content (Join-Path $script:Repository README.md) | Where-Object { $_ -match '^\| `' }
        foreach ($name in (Get-Command -Module LlmConfig.PowerShell).Name) { $table -match "``$name``" | Should -Not -BeNullOrEmpty -Because $name }
    }

    It 'shows pictures of what is printed now: <_>' -ForEach 'session', 'llmconfig' -Skip:(-not (Get-Command tmux -CommandType Application -ErrorAction Ignore)) {
        $now = Join-Path $env:HOME "$_.svg"
        $session = @{ session = 'PowerShell'; llmconfig = 'llmconfig' }[$_]
        pwsh -NoProfile -NonInteractive -File (Join-Path $script:Repository docs New-SessionPicture.ps1) -Path $now -Session $session
        # A slow machine takes more than a minute for a session.
        $read = { param($Path) (Get-Content $Path -Raw) -replace '\d min', '0 min' }
        & $read $now | Should -Be (& $read (Join-Path $script:Repository docs images "$_.svg"))
    }
}

Describe 'The scripts of the project' -Tag PSScriptAnalyzer -Skip:(-not $analyzer) {
    It 'have nothing that PSScriptAnalyzer would complain of: <Name>' -ForEach @(
        Get-ChildItem (Join-Path $PSScriptRoot .. ..) -Include *.ps1, *.psm1, *.psd1 -Recurse |
            Where-Object FullName -NotMatch '[/\\](bin|obj|out|TestResults)[/\\]' | ForEach-Object { @{ Name = $_.Name; FullName = $_.FullName } }) {
        Invoke-ScriptAnalyzer $FullName -Settings (Join-Path $PSScriptRoot .. .. PSScriptAnalyzerSettings.psd1) | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.RuleName)" } | Should -BeNullOrEmpty
    }
}
