# Changes a store in mixed ways until it is killed, by the cmdlets. Speaks as LlmConfig.Worker's WorkCommand does.
param([string] $Prefix, [int] $Seed)
$ErrorActionPreference = 'Stop'
$random = [System.Random]::new($Seed)
$number = 0

function Say([string[]] $Words) { [Console]::Out.WriteLine((($Words + '.') -join "`t")) }

while ($true) {
    $number++
    $fresh = "$PID-$number"
    $owned = @(Get-LlmConfig -Name "$Prefix*")
    $item = if ($owned.Count -gt 0) { $owned[$random.Next($owned.Count)] }
    $kind = if ($owned.Count -eq 0 -or ($owned.Count -lt 4 -and $random.Next(3) -eq 0)) { 'create' }
    else { @('rotate', 'model', 'rename', 'default', 'remove')[$random.Next(5)] }
    if ($kind -eq 'default' -and $item.IsDefault) { $kind = 'model' }
    try {
        switch ($kind) {
            'create' {
                $env:LLMCONFIG_TEST_KEY = "sk-test-$Prefix$fresh"
                Say 'try', $kind, "$Prefix$fresh", "$Prefix$fresh"
                New-LlmConfig -Name "$Prefix$fresh" -Provider openai -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY | Out-Null
            }
            'rotate' {
                $env:LLMCONFIG_TEST_KEY = "sk-test-$fresh"
                Say 'try', $kind, $item.Name, "sk-test-$fresh"
                Set-LlmConfig -Id $item.Id -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY
            }
            'model' { Say 'try', $kind, $item.Name, "m$fresh"; Set-LlmConfig -Id $item.Id -Model "m$fresh" }
            'rename' { Say 'try', $kind, $item.Name, "$Prefix$fresh"; Set-LlmConfig -Id $item.Id -NewName "$Prefix$fresh" }
            'default' { Say 'try', $kind, $item.Name, ''; Set-LlmConfig -Id $item.Id -AsDefault }
            'remove' { Say 'try', $kind, $item.Name, ''; Remove-LlmConfig -Id $item.Id -Confirm:$false }
        }
        Say 'ack', '-', '0', '0', '0'
    }
    catch { Say 'err', $_.FullyQualifiedErrorId, $_.Exception.Message }
}
