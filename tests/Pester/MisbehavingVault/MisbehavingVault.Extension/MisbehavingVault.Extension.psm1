# A vault that keeps each secret in a file of the folder of its registration. The file 'mode' there holds a command and a way, such as
# 'Get-Secret TextBefore': then that command misbehaves so. 'late' holds what takes effect later.

using namespace Microsoft.PowerShell.SecretManagement

function Get-Path($Folder, $Name, $Kind = 'secret') { Join-Path $Folder "$([uri]::EscapeDataString($Name)).$Kind" }

function Get-Names($Folder) { Get-ChildItem $Folder -Filter *.secret | ForEach-Object { [uri]::UnescapeDataString($_.BaseName) } }

function Read-Secret($Folder, $Name) {
    $path = Get-Path $Folder $Name
    if (Test-Path -LiteralPath $path) { Get-Content -LiteralPath $path -Raw }
}

function Write-Secret($Folder, $Name, $Secret) { Set-Content -LiteralPath (Get-Path $Folder $Name) $Secret -NoNewline }

# The first two calls fail.
function Wait-Turn($Folder, $Message) {
    $count = Join-Path $Folder count
    if ("$(Get-Content $count -ErrorAction Ignore)".Length -ge 2) { return }
    Add-Content $count x -NoNewline
    throw $Message
}

# Does a command's work, or what the mode says instead. Each block gets the folder and the name.
function Invoke-Mode {
    param(
        $Command, $Folder, $Name, [scriptblock] $Work,
        [scriptblock] $Half = {}, [scriptblock] $Misname = {}, [scriptblock] $Retype = { [pscustomobject]@{ Odd = 1 } }, [string] $Later
    )

    $late = Join-Path $Folder late
    if ((Test-Path $late) -and -not (Test-Path (Join-Path $Folder mode))) {
        # The mode is over: what was late takes effect.
        Get-Content $late | ForEach-Object { . ([scriptblock]::Create($_)) }
        Remove-Item $late
    }

    $mode, $way = if (Test-Path (Join-Path $Folder mode)) { (Get-Content (Join-Path $Folder mode)) -split ' ' }
    if ($mode -ne $Command) { return & $Work }

    switch ($way) {
        Throws { throw 'This vault does not want to.' }
        WritesError { Write-Error 'This vault does not want to.' }
        AnswersFalse { $false }
        AnswersNothing { }
        AnswersNull { $null }
        Twice { & $Work; & $Work }
        TextBefore { 'Opening-the-vault'; & $Work }
        AnotherType { & $Retype }
        TooLate { if ($Later) { Add-Content $late $Later } }
        Slow { Wait-Turn $Folder 'The operation has timed out.'; & $Work }
        Throttled { Wait-Turn $Folder '429 Too Many Requests'; & $Work }
        Locked { throw [PasswordRequiredException]::new('A password is wanted.') }
        HalfDone { & $Half }
        DoneWithError { & $Work; throw 'Something went wrong.' }
        WrongName { & $Misname }
        default { throw "There is no way '$way'." }
    }
}

function Get-Secret {
    param($Name, $VaultName, $AdditionalParameters)
    $folder = $AdditionalParameters.Path
    Invoke-Mode Get-Secret $folder $Name -Work { Read-Secret $folder $Name } -Half {
        $secret = Read-Secret $folder $Name
        if ($secret) { $secret.Substring(0, $secret.Length / 2) }
    } -Misname { Read-Secret $folder (Get-Names $folder | Where-Object { $_ -ne $Name } | Select-Object -First 1) }
}

function Set-Secret {
    param($Name, $Secret, $VaultName, $AdditionalParameters)
    $folder = $AdditionalParameters.Path
    $plain = if ($Secret -is [securestring]) { [Net.NetworkCredential]::new('', $Secret).Password } else { $Secret }
    $work = { Write-Secret $folder $Name $plain }
    $half = { Write-Secret $folder $Name $plain.Substring(0, $plain.Length / 2) }
    $misname = { Write-Secret $folder "Keys/$Name" $plain }
    Invoke-Mode Set-Secret $folder $Name $work $half $misname { & $work; 5 } "Write-Secret '$folder' '$Name' '$plain'"
}

function Remove-Secret {
    param($Name, $VaultName, $AdditionalParameters)
    $folder = $AdditionalParameters.Path
    $work = {
        Remove-Item -LiteralPath (Get-Path $folder $Name) -ErrorAction Stop
        Remove-Item -LiteralPath (Get-Path $folder $Name metadata) -ErrorAction Ignore
    }
    $half = { Remove-Item -LiteralPath (Get-Path $folder $Name metadata) -ErrorAction Ignore }
    Invoke-Mode Remove-Secret $folder $Name $work $half {} { & $work; 5 } "Remove-Item -LiteralPath '$(Get-Path $folder $Name)' -ErrorAction Ignore"
}

function Get-SecretInfo {
    param($Filter, $VaultName, $AdditionalParameters)
    $folder = $AdditionalParameters.Path
    $list = {
        param($Names)
        foreach ($known in $Names | Where-Object { $_ -like $Filter }) {
            $file = Get-Path $folder $known metadata
            $metadata = if (Test-Path -LiteralPath $file) { Import-Clixml -LiteralPath $file } else { @{} }
            [SecretInformation]::new($known, [SecretType]::SecureString, $VaultName, $metadata)
        }
    }
    Invoke-Mode Get-SecretInfo $folder $Filter -Work { & $list @(Get-Names $folder) } -Half {
        $names = @(Get-Names $folder)
        & $list @($names | Select-Object -First ($names.Count / 2))
    } -Misname { Get-Names $folder | ForEach-Object { $number = 0 } { [SecretInformation]::new("item $($number++)", [SecretType]::SecureString, $VaultName) } }
}

function Set-SecretInfo {
    param($Name, $Metadata, $VaultName, $AdditionalParameters)
    $folder = $AdditionalParameters.Path
    $work = {
        if (-not (Test-Path -LiteralPath (Get-Path $folder $Name))) { throw "The item $Name is unknown." }
        Export-Clixml -LiteralPath (Get-Path $folder $Name metadata) -InputObject $Metadata
    }
    $half = { Export-Clixml -LiteralPath (Get-Path $folder $Name metadata) -InputObject @{ name = $Metadata['name'] } }
    Invoke-Mode Set-SecretInfo $folder $Name $work $half
}

function Test-SecretVault {
    param($VaultName, $AdditionalParameters)
    Invoke-Mode Test-SecretVault $AdditionalParameters.Path $VaultName -Work { $true }
}

function Unlock-SecretVault {
    param($Password, $VaultName, $AdditionalParameters)
    Invoke-Mode Unlock-SecretVault $AdditionalParameters.Path $VaultName -Work { }
}
