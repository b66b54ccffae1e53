#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# What a person at a prompt sees: the real shell with its own line editor (PSReadLine), on a pseudo-terminal that `script` provides.

BeforeDiscovery {
    $canRun = (Test-Path /usr/bin/script) -and $IsLinux
    if (-not $canRun) { Write-Warning 'script (util-linux) is not installed: the tests of the terminal were left out.' }
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path

    function Start-Terminal([int] $Columns) {
        $command = @(Get-ShellCommand | Where-Object { $_ } | ForEach-Object { "'$_'" }) -join ' '
        $start = [Diagnostics.ProcessStartInfo]::new('/usr/bin/script')
        foreach ($argument in '-qefc', "stty cols $Columns rows 40; exec $command -NoLogo -NoProfile", '/dev/null') { $start.ArgumentList.Add($argument) }
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $start.WorkingDirectory = $script:Folder
        $start.Environment['HOME'] = $script:Folder
        $start.Environment['LLMCONFIG_HOME'] = Join-Path $script:Folder store
        $start.Environment['TERM'] = 'xterm'
        $start.Environment['NO_COLOR'] = '1'
        $start.Environment.Remove('XDG_CONFIG_HOME') > $null
        $process = [Diagnostics.Process]::Start($start)
        $script:Terminal = @{
            Process = $process; Screen = [Text.StringBuilder]::new(); Seen = 0; Columns = $Columns
            Buffer = [byte[]]::new(65536); Decoder = [Text.Encoding]::UTF8.GetDecoder()
        }
        $script:Terminal.Reading = $process.StandardOutput.BaseStream.ReadAsync($script:Terminal.Buffer, 0, 65536)
    }

    function Get-Plain([string] $Text) { $Text -replace '\e\[[0-9;?]*[A-Za-z]' -replace '\e[=>]' -replace '\e\][^\a]*\a' }

    # Reads until the text came that was not waited for yet. Where the shell asks for the place of the cursor, as its line editor does, the terminal says it.
    function Wait-Text([string] $Pattern) {
        $t = $script:Terminal
        $until = [DateTime]::UtcNow.AddMinutes(2)
        while ($true) {
            $shown = Get-Plain $t.Screen.ToString().Substring($t.Seen)
            if ($shown -match $Pattern) {
                $t.Seen = $t.Screen.Length
                return $shown
            }

            if ([DateTime]::UtcNow -gt $until) { throw "'$Pattern' never came. The terminal shows:`n$shown" }
            if (-not $t.Reading.Wait(100)) { continue }
            if ($t.Reading.Result -eq 0) { throw "The shell has ended. The terminal shows:`n$shown" }
            $chars = [char[]]::new($t.Reading.Result)
            $count = $t.Decoder.GetChars($t.Buffer, 0, $t.Reading.Result, $chars, 0)
            $new = [string]::new($chars, 0, $count)
            $null = $t.Screen.Append($new)
            foreach ($query in [regex]::Matches($new, '\e\[6n')) {
                $line = (Get-Plain $t.Screen.ToString()).Split("`n")[-1].Split("`r")[-1]
                Send-Keys "`e[1;$($line.Length % $t.Columns + 1)R"
            }

            $t.Reading = $t.Process.StandardOutput.BaseStream.ReadAsync($t.Buffer, 0, 65536)
        }
    }

    function Send-Keys([string] $Keys) {
        $bytes = [Text.Encoding]::UTF8.GetBytes($Keys)
        $script:Terminal.Process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
        $script:Terminal.Process.StandardInput.BaseStream.Flush()
    }

    # Carries out a line, and gives what it printed.
    function Invoke-Line([string] $Line) {
        Send-Keys "$Line; 'line-' + 'done'`r"
        (Wait-Text 'line-done\s') -replace 'line-done'
    }
}

Describe 'A terminal of <Columns> columns' -Skip:(-not $canRun) -ForEach @(@{ Columns = 80 }, @{ Columns = 140 }) {
    BeforeAll {
        $script:Folder = [IO.Directory]::CreateTempSubdirectory('llmconfig-terminal-').FullName
        # A completion of files would show it.
        Set-Content (Join-Path $script:Folder a-file-of-the-folder) ''
        Start-Terminal $Columns
        # What is typed before the line editor reads is lost.
        $null = Wait-Text 'PS [^>]*> '
        $null = Invoke-Line "Import-Module '$script:Module'; Set-LlmConfigStore -Protector KeyFile"
        $null = Invoke-Line "New-LlmConfig work ollama -Model gpt-5 -AsDefault | Out-Null; New-LlmConfig home ollama -BaseUrl http://127.0.0.1:8080/some/path/v1 | Out-Null"
    }

    AfterAll {
        $script:Terminal.Process.Kill($true)
        $script:Terminal.Process.WaitForExit()
        $script:Terminal.Process.Dispose()
        Remove-Item $script:Folder -Recurse -Force
    }

    It 'completes <Typed> with <Shown>' -ForEach @(
        @{ Typed = 'Use-LlmConfig '; Shown = 'home', 'work' }
        @{ Typed = 'Get-LlmConfigHeader '; Shown = 'home', 'work' }
        @{ Typed = 'Set-LlmConfig work -UseAuthHeader '; Shown = '$true', '$false' }
        @{ Typed = 'Set-LlmConfig home -BaseUrl '; Shown = 'http://127.0.0.1:8080/some/path/v1', 'http://127.0.0.1:11434/v1' }
    ) {
        Send-Keys $Typed
        $null = Wait-Text ([regex]::Escape($Typed.Trim()))
        Send-Keys "`t`t"
        $found = Wait-Text (@($Shown | ForEach-Object { [regex]::Escape($_) }) -join '[\s\S]*')
        $found | Should -Not -Match 'a-file-of-the-folder'
        # Drops the line.
        Send-Keys "`u{3}"
        $null = Invoke-Line "''"
    }

    It 'completes a name that was begun' {
        Send-Keys "Get-LlmConfigKey ho`t"
        $null = Wait-Text 'me'
        Send-Keys "`u{3}"
        $null = Invoke-Line "''"
    }

    It 'shows a table with names, hosts and the default in one line each' {
        $lines = (Invoke-Line 'Get-LlmConfig') -split '\r?\n'
        $lines | Where-Object { $_ -match '^\s+home +ollama +no key 127\.0\.0\.1:8080\s*$' } | Should -HaveCount 1
        $lines | Where-Object { $_ -match '^\* +work +ollama +gpt-5 +no key 127\.0\.0\.1:11434\s*$' } | Should -HaveCount 1
    }

    It 'says what is active, and suggests a name' {
        Invoke-Line 'Enter-LlmConfig work' | Should -Match "'work' is active \(ollama, 127\.0\.0\.1:11434, gpt-5\)"
        Invoke-Line '(Get-LlmConfig -Active).Name; Exit-LlmConfig' | Should -Match "work[\s\S]*'work' was left\."
        Invoke-Line 'Get-LlmConfig wrok' | Should -Match "Did you mean 'work'\?"
    }
}
