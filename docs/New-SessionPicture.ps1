<#
.SYNOPSIS
Makes the pictures of the README, docs/images/session.svg and docs/images/llmconfig.svg, of what is really printed in a terminal.

.DESCRIPTION
Types commands and answers into a terminal (tmux) in which PowerShell or sh runs with the built module and program, in a temporary store,
and draws what stands there with its colours. The same module always gives the same bytes, so that a test can tell whether a picture still
tells the truth.

.PARAMETER Path
The file to write.

.PARAMETER Session
Which of the two: PowerShell or llmconfig.

.EXAMPLE
./docs/New-SessionPicture.ps1 -Path docs/images/session.svg

.EXAMPLE
./docs/New-SessionPicture.ps1 -Path docs/images/llmconfig.svg -Session llmconfig
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Path,

    [ValidateSet('PowerShell', 'llmconfig')]
    [string] $Session = 'PowerShell'
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

# What is typed, and what the last line of the screen is then, as a pattern.
$prompt = @{ PowerShell = '^PS>$'; llmconfig = '^\$$' }[$Session]
$key = "sk-test-$([guid]::NewGuid().ToString('N'))"
$steps = @{
    PowerShell = @(
        , @('New-LlmConfig', '^Name:$')
        , @('work', '^Provider .*:$')
        , @('openai', '^Base URL .*:$')
        , @('', '^Model .*:$')
        , @('gpt-5', '^API key .*:$')
        , @($key, $prompt)
        , @('New-LlmConfig claude anthropic -ApiKeyFromEnvironment ANTHROPIC_API_KEY | Out-Null', $prompt)
        , @('New-LlmConfig local ollama -Model llama3.2 | Out-Null', $prompt)
        , @('Get-LlmConfig', $prompt)
        , @('Use-LlmConfig claude { sh -c ''echo "$ANTHROPIC_BASE_URL, ${#ANTHROPIC_API_KEY} characters"'' }', $prompt)
        , @('Get-LlmConfig wrok', $prompt)
        , @('Test-LlmConfig -Quiet', $prompt)
    )
    llmconfig  = @(
        , @('llmconfig new work openai --model gpt-5', '^API key of OpenAI .*:$')
        , @($key, $prompt)
        , @('llmconfig new local ollama --model llama3.2 --tag home', $prompt)
        , @('llmconfig list', $prompt)
        , @('llmconfig exec work -- sh -c ''echo "$OPENAI_BASE_URL, a key of ${#OPENAI_API_KEY} characters"''', $prompt)
        , @('llmconfig get wrok', $prompt)
        , @('llmconfig tools ''c*''', $prompt)
    )
}[$Session]

$columns = 100
$rows = 100
$patience = [TimeSpan]::FromMinutes(2)
$lineHeight = 18
$charWidth = 8.0
$colours = @{
    '30' = '#6e7681'; '31' = '#ff7b72'; '32' = '#7ee787'; '33' = '#d29922'; '34' = '#79c0ff'; '35' = '#d2a8ff'; '36' = '#76e3ea'; '37' = '#c9d1d9'
    '90' = '#8b949e'; '91' = '#ff7b72'; '92' = '#7ee787'; '93' = '#e3b341'; '94' = '#79c0ff'; '95' = '#d2a8ff'; '96' = '#76e3ea'; '97' = '#f0f6fc'
}

# The escape sequences of a line as runs of text with a style.
function ConvertTo-Run([string] $Line, [hashtable] $Style) {
    foreach ($part in [regex]::Split($Line, '(\x1b\[[0-9;]*m)')) {
        if ($part -match '^\x1b\[(?<codes>[0-9;]*)m$') {
            foreach ($code in $Matches.codes.Split(';')) {
                switch ($code) {
                    { $_ -in '', '0' } { $Style.Fill = ''; $Style.Bold = $false }
                    '1' { $Style.Bold = $true }
                    '39' { $Style.Fill = '' }
                    { $colours.ContainsKey($_) } { $Style.Fill = $colours[$_] }
                }
            }
        }
        elseif ($part) {
            [pscustomobject]@{ Text = $part; Fill = $Style.Fill; Bold = $Style.Bold }
        }
    }
}

function Wait-Screen([string] $Pattern) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    do {
        Start-Sleep -Milliseconds 100
        $shown = @(tmux -L $name capture-pane -p | ForEach-Object TrimEnd | Where-Object { $_ })
        if ($watch.Elapsed -gt $patience) { throw "The screen did not end with '$Pattern':`n$($shown -join "`n")" }
    } until ($shown.Count -and $shown[-1] -match $Pattern)
}

$name = "llmconfig-picture-$PID"
$folder = [IO.Directory]::CreateTempSubdirectory('llmconfig-picture-').FullName
try {
    $repository = Split-Path $PSScriptRoot
    $script = Join-Path $folder start
    if ($Session -eq 'PowerShell') {
        Set-Content "$script.ps1" @"
function prompt { 'PS> ' }
Set-PSReadLineOption -PredictionSource None
Import-Module '$repository/out/LlmConfig.PowerShell'
Set-LlmConfigStore -Protector KeyFile
"@
        $shell = [Environment]::ProcessPath
        if ((Split-Path $shell -Leaf) -eq 'dotnet') { $shell += "' '$PSHOME/pwsh.dll" }
        Set-Content $script "exec '$shell' -NoLogo -NoProfile -NoExit -File '$script.ps1'"
    }
    else {
        # Said once for each store, and of no interest in a picture: which protector was chosen.
        Set-Content $script @"
PATH='$repository/out/llmconfig':`$PATH PS1='$ '
export PATH PS1
llmconfig store --protector KeyFile >/dev/null
exec sh -i
"@
    }

    tmux -L $name -f /dev/null new-session -d -x $columns -y $rows -e "HOME=$folder" -e "LLMCONFIG_HOME=$folder/store" -e "ANTHROPIC_API_KEY=sk-ant-test-$([guid]::NewGuid().ToString('N'))" `
        -e POWERSHELL_UPDATECHECK=Off "env -u NO_COLOR -u XDG_CONFIG_HOME TERM=xterm-256color sh '$script'"
    Wait-Screen $prompt
    foreach ($step in $steps) {
        if ($step[0]) { tmux -L $name send-keys -l -- $step[0] }
        tmux -L $name send-keys Enter
        Wait-Screen $step[1]
    }

    $lines = @(tmux -L $name capture-pane -e -p)
    while (($lines[-1] -replace '\x1b\[[0-9;]*m').Trim() -match "$prompt|^$") { $lines = @($lines | Select-Object -SkipLast 1) }
}
finally {
    tmux -L $name kill-server 2>$null
    Remove-Item $folder -Recurse -Force
}

$height = ($lines.Count + 1) * $lineHeight + 8
$width = [int]($columns * $charWidth + 32)
$svg = [Text.StringBuilder]::new()
$null = $svg.Append("<svg xmlns=""http://www.w3.org/2000/svg"" width=""$width"" height=""$height"" viewBox=""0 0 $width $height"" role=""img"" aria-label=""A session with $Session"">`n")
$null = $svg.Append("<rect width=""100%"" height=""100%"" rx=""8"" fill=""#0d1117""/>`n")
$null = $svg.Append("<g font-family=""ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"" font-size=""13"" fill=""#c9d1d9"" xml:space=""preserve"">`n")
$y = $lineHeight + 6
$style = @{ Fill = ''; Bold = $false }
foreach ($line in $lines) {
    $column = 0
    foreach ($run in ConvertTo-Run $line $style) {
        $x = [string]::Format([cultureinfo]::InvariantCulture, '{0:0.#}', 16 + $column * $charWidth)
        $length = [string]::Format([cultureinfo]::InvariantCulture, '{0:0.#}', $run.Text.Length * $charWidth)
        $fill = $run.Fill ? " fill=""$($run.Fill)""" : ''
        $bold = $run.Bold ? ' font-weight="bold"' : ''
        if ($run.Text.Trim()) {
            $null = $svg.Append("<text x=""$x"" y=""$y"" textLength=""$length""$fill$bold>$([Security.SecurityElement]::Escape($run.Text))</text>`n")
        }

        $column += $run.Text.Length
    }

    $y += $lineHeight
}

$null = $svg.Append("</g>`n</svg>`n")
[IO.File]::WriteAllText($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path), $svg.ToString())
