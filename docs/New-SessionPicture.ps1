<#
.SYNOPSIS
Makes docs/images/session.svg, the picture of the README, of what the cmdlets really print.

.DESCRIPTION
Runs a few commands with the built module, in a temporary store, and draws their output with its colours. The same module
always gives the same bytes, so that a test can tell whether the picture still tells the truth.

.PARAMETER Path
The file to write.

.EXAMPLE
./docs/New-SessionPicture.ps1 -Path docs/images/session.svg
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Path
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0
Import-Module (Join-Path $PSScriptRoot .. out LlmConfig.PowerShell) -Force

$session = @(
    'New-LlmConfig work openai -ApiKeyFromEnvironment OPENAI_API_KEY -Model gpt-5 -AsDefault'
    'New-LlmConfig claude anthropic -ApiKeyFromEnvironment ANTHROPIC_API_KEY | Out-Null'
    'New-LlmConfig local ollama -Model llama3.2 | Out-Null'
    'Get-LlmConfig'
    'Use-LlmConfig claude { sh -c ''echo "$ANTHROPIC_BASE_URL, a key of ${#ANTHROPIC_API_KEY} characters"'' }'
    'Get-LlmConfig wrok'
    'Test-LlmConfig -Quiet'
)

$columns = 100
$lineHeight = 18
$charWidth = 8.0
$colours = @{
    '30' = '#6e7681'; '31' = '#ff7b72'; '32' = '#7ee787'; '33' = '#d29922'; '34' = '#79c0ff'; '35' = '#d2a8ff'; '36' = '#76e3ea'; '37' = '#c9d1d9'
    '90' = '#8b949e'; '91' = '#ff7b72'; '92' = '#7ee787'; '93' = '#e3b341'; '94' = '#79c0ff'; '95' = '#d2a8ff'; '96' = '#76e3ea'; '97' = '#f0f6fc'
}

function Invoke-Line([string] $Command) {
    # As a prompt shows it: errors in their place, the views of the host, its width. A prompt has no script whose line an
    # error could name.
    $ErrorActionPreference = 'Continue'
    $output = try { & { Invoke-Expression $Command } 2>&1 3>&1 } catch { $_ }
    $output | ForEach-Object {
        if ($_ -is [Management.Automation.ErrorRecord]) {
            "$($PSStyle.Formatting.Error)$($_.InvocationInfo.MyCommand): $($_.ErrorDetails.Message)"
            ''
            "  Recommendation: $($_.ErrorDetails.RecommendedAction)$($PSStyle.Reset)"
        }
        else { $_ }
    } | Out-String -Width $columns -Stream
}

# The escape sequences of a line as runs of text with a style.
function ConvertTo-Run([string] $Line) {
    $style = @{ Fill = ''; Bold = $false }
    foreach ($part in [regex]::Split($Line, '(\x1b\[[0-9;]*m)')) {
        if ($part -match '^\x1b\[(?<codes>[0-9;]*)m$') {
            foreach ($code in $Matches.codes.Split(';')) {
                switch ($code) {
                    { $_ -in '', '0' } { $style = @{ Fill = ''; Bold = $false } }
                    '1' { $style.Bold = $true }
                    { $colours.ContainsKey($_) } { $style.Fill = $colours[$_] }
                }
            }
        }
        elseif ($part) {
            [pscustomobject]@{ Text = $part; Fill = $style.Fill; Bold = $style.Bold }
        }
    }
}

$before = @{}
foreach ($name in 'LLMCONFIG_HOME', 'OPENAI_API_KEY', 'ANTHROPIC_API_KEY') { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
$rendering = $PSStyle.OutputRendering
$store = [IO.Directory]::CreateTempSubdirectory('llmconfig-picture-').FullName
try {
    $env:LLMCONFIG_HOME = $store
    $env:OPENAI_API_KEY = 'sk-test-' + [guid]::NewGuid().ToString('N')
    $env:ANTHROPIC_API_KEY = 'sk-ant-test-' + [guid]::NewGuid().ToString('N')
    # Said once for each store, and of no interest in a picture.
    Set-LlmConfigStore -Protector KeyFile
    $PSStyle.OutputRendering = 'Ansi'
    $lines = foreach ($command in $session) {
        "$([char]27)[92mPS>$([char]27)[0m $command"
        $output = @(Invoke-Line $command | ForEach-Object TrimEnd)
        while ($output.Count -and -not $output[0]) { $output = @($output | Select-Object -Skip 1) }
        while ($output.Count -and -not $output[-1]) { $output = @($output | Select-Object -SkipLast 1) }
        $output
        ''
    }
}
finally {
    $PSStyle.OutputRendering = $rendering
    foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name] ?? [NullString]::Value) }
    Remove-Item $store -Recurse -Force
}

$height = ($lines.Count + 1) * $lineHeight + 8
$width = [int]($columns * $charWidth + 32)
$svg = [Text.StringBuilder]::new()
$null = $svg.Append("<svg xmlns=""http://www.w3.org/2000/svg"" width=""$width"" height=""$height"" viewBox=""0 0 $width $height"" role=""img"" aria-label=""A session with LlmConfig.PowerShell"">`n")
$null = $svg.Append("<rect width=""100%"" height=""100%"" rx=""8"" fill=""#0d1117""/>`n")
$null = $svg.Append("<g font-family=""ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"" font-size=""13"" fill=""#c9d1d9"" xml:space=""preserve"">`n")
$y = $lineHeight + 6
foreach ($line in $lines) {
    $column = 0
    foreach ($run in ConvertTo-Run $line) {
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
