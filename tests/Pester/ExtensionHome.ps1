# A home of its own for one extension vault: AnyVault.Tests.ps1 makes it, and each process that it starts begins with this file.

function ConvertTo-Key([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }

# Where the extensions are looked for.
function Get-ExtensionFolder { @("$env:LLMCONFIG_TEST_EXTENSIONS", $env:PSModulePath) -split [IO.Path]::PathSeparator | Where-Object { $_ } }

function Find-Extension([string] $Module) {
    Get-ExtensionFolder | ForEach-Object { Join-Path $_ $Module } | Where-Object { Test-Path $_ } | Select-Object -First 1
}

# What is not there of an extension and of what it needs.
function Get-MissingPart([hashtable] $Extension) {
    @('Microsoft.PowerShell.SecretManagement', ($Extension.Extension ?? $Extension.Module)) + @($Extension.Needs) |
        Where-Object { $_ -and -not (Find-Extension $_) -and -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }
    if ($IsWindows -and $Extension.StandIns) { 'sh' }
}

# Makes the home, its variables and the vault; gives back the folder.
function New-ExtensionHome([hashtable] $Extension) {
    $folder = [IO.Directory]::CreateTempSubdirectory('llmconfig-any-').FullName
    $env:HOME = $env:LOCALAPPDATA = $folder
    $env:XDG_CONFIG_HOME = $env:XDG_DATA_HOME = $null
    $env:LLMCONFIG_HOME = Join-Path $folder store
    $env:STAND_IN_VAULT = Join-Path $folder vault
    $programs = Join-Path $folder bin
    $modules = Join-Path $folder modules
    $null = New-Item (Join-Path $env:STAND_IN_VAULT items), $programs, $modules -ItemType Directory
    foreach ($name in $Extension.StandIns) {
        $source = Join-Path $PSScriptRoot StandIns $name
        if (Test-Path $source -PathType Container) { Copy-Item $source $modules -Recurse } else { Copy-Item $source $programs }
    }

    # An extension that lies within the module of its vault.
    if ($Extension.Extension) { Copy-Item (Find-Extension $Extension.Extension) (Join-Path $modules $Extension.Module $Extension.Extension) -Recurse }

    $env:PATH = $programs, $env:PATH -join [IO.Path]::PathSeparator
    $env:PSModulePath = @($modules) + (Get-ExtensionFolder) -join [IO.Path]::PathSeparator
    $folder
}

# A process of this shell that serves the vault; what it is to be stopped by.
function Start-VaultServer {
    $probe = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $probe.Start()
    $port = $probe.LocalEndpoint.Port
    $probe.Stop()
    $program, $first = Get-ShellCommand
    $arguments = @($first | Where-Object { $_ }) + '-NoProfile', '-File', (Join-Path $PSScriptRoot StandIns VaultServer.ps1), $env:STAND_IN_VAULT, $port
    $server = Start-Process $program -PassThru -ArgumentList $arguments
    while (-not (Test-Path (Join-Path $env:STAND_IN_VAULT server-is-up))) {
        if ($server.HasExited) { throw 'The server of the vault did not start.' }
        Start-Sleep -Milliseconds 50
    }

    $server.Id
}

# A keyring of its own, on a message bus of its own: the one of the session is not touched.
function Start-Keyring {
    $socket = Join-Path $env:HOME bus
    $env:DBUS_SESSION_BUS_ADDRESS = "unix:path=$socket"
    $log = Join-Path $env:HOME bus.log
    $bus = Start-Process dbus-daemon -PassThru -ArgumentList '--session', '--nofork', '--address', $env:DBUS_SESSION_BUS_ADDRESS -RedirectStandardError $log
    while (-not (Test-Path $socket)) { if ($bus.HasExited) { throw (Get-Content $log -Raw) } Start-Sleep -Milliseconds 50 }
    $null = 'x' | gnome-keyring-daemon --unlock --components=secrets 2>$null
    $bus.Id
}

# Where the vault answers that nobody is signed in.
function Set-SignedOut([bool] $IsSignedOut) {
    $marker = Join-Path $env:STAND_IN_VAULT signed-out
    if ($IsSignedOut) { $null = New-Item $marker } else { Remove-Item $marker }
}

# The secrets that the vault itself holds.
function Get-VaultSecret([hashtable] $Extension) {
    $names = if ($Extension.Names) { & $Extension.Names } else { (Get-ChildItem (Join-Path $env:STAND_IN_VAULT items) -File).Name }
    $names | Where-Object { $_ }
}

# What every process begins with.
function Start-ExtensionSession([hashtable] $Extension, [string] $Module) {
    Import-Module Microsoft.PowerShell.SecretManagement
    Import-Module $Module
    if (-not (Get-SecretVault -Name Team -ErrorAction Ignore)) {
        if ($Extension.Setup) { $null = & $Extension.Setup }
        $parameters = if ($Extension.Parameters) { & $Extension.Parameters } else { @{} }
        Register-SecretVault $Extension.Module -Name Team -VaultParameters $parameters
        Set-LlmConfigStore -DefaultVault Team -Protector KeyFile
    }

    if ($Extension.Session -and -not (Test-Path (Join-Path $env:STAND_IN_VAULT signed-out))) { $null = & $Extension.Session }
}

# Configurations with a key of their own name.
function New-Key([string[]] $Name) {
    foreach ($one in $Name) { $null = New-LlmConfig $one openai -ApiKey (ConvertTo-Key "sk-test-$one") -WarningAction SilentlyContinue }
}

function Assert-Equal($Actual, $Expected, [string] $What) { if ("$Actual" -cne "$Expected") { throw "$What`: '$Actual' instead of '$Expected'" } }
