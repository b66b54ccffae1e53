# The medians, in milliseconds, of New-LlmConfig and of a durable write of 4 KiB, turn by turn, 100 times after 20, in a shell as a person
# starts it. LLMCONFIG_HOME is that of the caller, made for this.
param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Benchmarks, [Parameter(Mandatory)] [string] $Folder)

$ErrorActionPreference = 'Stop'
$WarningPreference = 'SilentlyContinue'
Import-Module $Module
$write = [Reflection.Assembly]::LoadFrom($Benchmarks).GetType('LlmConfig.Benchmarks.DurableWrite')::new($Folder, 4096)
$times = @{ new = @(); write = @() }
foreach ($i in 1..120) {
    $key = ConvertTo-SecureString "sk-test-benchmark-$($i.ToString('x16'))" -AsPlainText -Force
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $null = New-LlmConfig -Name "outside $i" -Provider openai -Model gpt-5 -ApiKey $key
    $new = $clock.Elapsed.TotalMilliseconds
    $clock.Restart()
    $write.Run()
    $written = $clock.Elapsed.TotalMilliseconds
    if ($i -gt 20) {
        $times.new += $new
        $times.write += $written
    }
}

foreach ($name in 'new', 'write') { ($times[$name] | Sort-Object)[50].ToString([cultureinfo]::InvariantCulture) }
