# How tests start another shell: the same that runs them, by its own path. A pwsh on PATH may be another version, or not be there:
# NuGet's tool runs as `dotnet pwsh.dll`, an installed PowerShell as a program of its own.

function Get-ShellCommand {
    [Environment]::ProcessPath
    if ((Split-Path ([Environment]::ProcessPath) -LeafBase) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll }
}

# Named so that lines of the README and of examples run as they stand.
function pwsh {
    $program, $first = Get-ShellCommand
    $all = @($first | Where-Object { $_ }) + $args
    if ($MyInvocation.ExpectingInput) { $input | & $program @all } else { & $program @all }
}
