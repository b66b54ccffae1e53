#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# What is published, taken as a user takes it: from a folder repository into a home of its own. The packages of out/packages
# (./build.ps1 -Task Package) where they are; else portable ones are made in a temporary folder, which takes half a minute.

BeforeDiscovery {
    $script:Native = @(Get-ChildItem (Join-Path $PSScriptRoot .. .. out packages) -Filter "llmconfig.$([Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier).*.nupkg" -ErrorAction Ignore).Count -gt 0
    if (-not $script:Native) { Write-Host 'The native package of llmconfig is not tested: out/packages has none (./build.ps1 -Task Package makes it).' }
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Repository = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
    $script:Module = Join-Path $script:Repository out LlmConfig.PowerShell
    $script:Data = Import-PowerShellDataFile (Join-Path $script:Module LlmConfig.PowerShell.psd1)
    $script:About = $script:Data.PrivateData.PSData
    $script:Version = "$($script:Data.ModuleVersion)-$($script:About.Prerelease)"
    $script:Work = [IO.Directory]::CreateTempSubdirectory('llmconfig-packages-').FullName
    $script:Saved = @{}
    foreach ($name in 'HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'LLMCONFIG_HOME', 'NUGET_PACKAGES', 'DOTNET_CLI_HOME') {
        $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    function Get-FileName([string] $Folder) { (Get-ChildItem $Folder -File -Recurse -Force | ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_.FullName).Replace('\', '/') }) }

    # PowerShell looks for its folders once, when it starts: another home is another process.
    function Invoke-AtHome([string] $Script) {
        $text = "`$ErrorActionPreference = 'Stop'; `$ProgressPreference = 'SilentlyContinue'`n$Script"
        $output = pwsh -NoProfile -NonInteractive -EncodedCommand ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($text))) 2>&1
        if ($LASTEXITCODE -ne 0) { throw ($output -join "`n") }
        $output
    }

    $script:Packages = Join-Path $script:Repository out packages
    if (-not (Test-Path (Join-Path $script:Packages "llmconfig.$script:Version.nupkg"))) {
        $script:Packages = Join-Path $script:Work packages
        & (Join-Path $script:Repository build New-Package.ps1) -Destination $script:Packages -Portable -NoManifest | Out-Null
    }

    $script:Folder = Join-Path $script:Packages LlmConfig.PowerShell
    $script:Feed = (New-Item (Join-Path $script:Work feed) -ItemType Directory).FullName
    $env:HOME = (New-Item (Join-Path $script:Work home) -ItemType Directory).FullName
    $env:XDG_CONFIG_HOME = $env:XDG_DATA_HOME = $null
    $env:LLMCONFIG_HOME = Join-Path $env:HOME store
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
    Remove-Item $script:Work -Recurse -Force
}

Describe 'The manifest' {
    It 'lists the files of the built module, all of them and no others' {
        $script:Data.FileList | Sort-Object | Should -Be (Get-FileName $script:Module | Sort-Object)
    }

    It 'has what the PowerShell Gallery shows and asks for' {
        $manifest = Test-ModuleManifest (Join-Path $script:Module LlmConfig.PowerShell.psd1)

        $manifest.ProjectUri.Scheme, $manifest.IconUri.Scheme, $manifest.LicenseUri.Scheme | Should -Be 'https', 'https', 'https'
        $manifest.IconUri.AbsolutePath | Should -BeLike '*/docs/images/icon.png'
        Join-Path $script:Repository docs images icon.png | Should -Exist
        $manifest.Description, $manifest.Author, $manifest.ReleaseNotes | Should -Not -BeNullOrEmpty
        foreach ($tag in 'PSEdition_Core', 'Windows', 'Linux', 'MacOS') { $manifest.Tags | Should -Contain $tag }
        ($manifest.Tags -join ' ').Length | Should -BeLessThan 4000
        $manifest.PrivateData.PSData.ExternalModuleDependencies | Should -Be 'Microsoft.PowerShell.SecretManagement'
        $manifest.RequiredModules | Should -BeNullOrEmpty
    }

    It 'has the version of the assemblies' {
        $file = [Diagnostics.FileVersionInfo]::GetVersionInfo((Join-Path $script:Module LlmConfig.Core.dll))

        $file.ProductVersion.Split('+')[0] | Should -Be $script:Version
    }

    It 'is refused by an older PowerShell, which names both versions and loads nothing' {
        # What Windows PowerShell 5.1 does with 7.4, shown with a version that is newer than this shell. There is no assembly beside it.
        $old = (New-Item (Join-Path $script:Work older LlmConfig.PowerShell) -ItemType Directory -Force).FullName
        $text = Get-Content (Join-Path $script:Module LlmConfig.PowerShell.psd1) -Raw
        $text.Replace("'7.4'", "'99.0'") | Set-Content (Join-Path $old LlmConfig.PowerShell.psd1)

        # In a shell of its own: one that has the module loaded takes it for that.
        { Invoke-AtHome "Import-Module '$old'" } | Should -Throw "*version of PowerShell on this computer is '$($PSVersionTable.PSVersion)'*requires a minimum PowerShell version of '99.0'*"
        # Windows PowerShell reads a file without a byte order mark in the machine's code page.
        $text | Should -Not -Match '[^\x00-\x7f]'
    }
}

Describe 'The module, from a folder repository' {
    It 'is published, found, installed, imported by name, and works' {
        Get-FileName $script:Folder | Sort-Object | Should -Be ($script:Data.FileList | Sort-Object)

        $result = Invoke-AtHome @"
Register-PSResourceRepository local -Uri '$script:Feed' -Trusted
Publish-PSResource -Path '$script:Folder' -Repository local
`$found = Find-PSResource LlmConfig.PowerShell -Repository local -Prerelease
Install-PSResource LlmConfig.PowerShell -Repository local -Prerelease
Import-Module LlmConfig.PowerShell
Set-LlmConfigStore -Protector KeyFile
New-LlmConfig work openai -ApiKey (ConvertTo-SecureString 'sk-test-package-key' -AsPlainText -Force) | Out-Null
`$key = Get-LlmConfigKey work -AsPlainText
Remove-LlmConfig work -Confirm:`$false
[pscustomobject]@{
    Found    = "`$(`$found.Version)-`$(`$found.Prerelease)"
    Base     = (Get-Module LlmConfig.PowerShell).ModuleBase
    Synopsis = (Get-Help New-LlmConfig).Synopsis
    Topic    = (Get-Help about_LlmConfig) -join ''
    Key      = `$key
    Left     = @(Get-LlmConfig).Count
} | ConvertTo-Json
"@ | Out-String | ConvertFrom-Json

        $result.Found | Should -Be $script:Version
        $result.Base | Should -BeLike "$env:HOME*$($script:Data.ModuleVersion)"
        $result.Synopsis | Should -Match '^Creates'
        $result.Topic | Should -Match 'LlmConfig'
        $result.Key | Should -Be 'sk-test-package-key'
        $result.Left | Should -Be 0
    }

    It 'is taken from its package as it stands' {
        $package = Join-Path $script:Packages "LlmConfig.PowerShell.$script:Version.nupkg"
        $taken = (New-Item (Join-Path $script:Work taken) -ItemType Directory).FullName

        Invoke-AtHome @"
Register-PSResourceRepository made -Uri '$(Split-Path $package)' -Trusted
Save-PSResource LlmConfig.PowerShell -Repository made -Prerelease -Path '$taken'
"@

        $saved = Join-Path $taken LlmConfig.PowerShell $script:Data.ModuleVersion
        foreach ($file in $script:Data.FileList) {
            (Get-FileHash (Join-Path $saved $file)).Hash | Should -Be (Get-FileHash (Join-Path $script:Folder $file)).Hash -Because $file
        }
    }

    It 'is updated to a newer version, which is the one that is imported then' {
        $newer = Join-Path $script:Work newer LlmConfig.PowerShell
        Copy-Item $script:Folder $newer -Recurse -Force
        $manifest = Join-Path $newer LlmConfig.PowerShell.psd1
        (Get-Content $manifest -Raw).Replace("'$($script:Data.ModuleVersion)'", "'99.1.0'") -replace "Prerelease +=.*", '' | Set-Content $manifest

        $imported = Invoke-AtHome @"
Publish-PSResource -Path '$newer' -Repository local
Update-PSResource LlmConfig.PowerShell -Repository local
Import-Module LlmConfig.PowerShell
(Get-Module LlmConfig.PowerShell).Version.ToString()
"@

        $imported | Should -Be '99.1.0'
    }
}

Describe 'llmconfig, as a .NET tool' {
    BeforeAll {
        # Its own folder for packages, else the tool of an earlier run with the same version is taken.
        $env:NUGET_PACKAGES = Join-Path $script:Work nuget
        $env:DOTNET_CLI_HOME = $env:HOME

        # Nothing but these packages is asked: no other source, no network.
        $script:Config = Join-Path $script:Work nuget.config
        function Install-Tool([string] $Name, [string[]] $Package) {
            $source = (New-Item (Join-Path $script:Work "source-$Name") -ItemType Directory).FullName
            $Package | ForEach-Object { Copy-Item (Join-Path $script:Packages "$_.$script:Version.nupkg") $source }
            "<configuration><packageSources><clear /><add key=`"made`" value=`"$source`" /></packageSources></configuration>" | Set-Content $script:Config
            $folder = Join-Path $script:Work "tool-$Name"
            $output = dotnet tool install $Name --version $script:Version --configfile $script:Config --tool-path $folder 2>&1
            if ($LASTEXITCODE -ne 0) { throw ($output -join "`n") }
            $folder
        }

        function Test-Round([string] $Program) {
            & $Program --version | Should -Be "llmconfig $script:Version"
            $store = Join-Path $script:Work tool-store
            # No keyring, whatever this machine has.
            & $Program store --protector KeyFile --yes --home $store 2>&1 | Out-Null
            'sk-test-tool-key' | & $Program new work openai --key-stdin --home $store 2>&1 | Out-Null
            & $Program key work --home $store | Should -Be 'sk-test-tool-key'
            Get-ChildItem (Join-Path $store vault) -Filter master-*.key | Should -Not -BeNullOrEmpty
        }
    }

    BeforeEach { Remove-Item (Join-Path $script:Work tool-store) -Recurse -Force -ErrorAction Ignore }

    It 'is installed by its name, tells its version, and keeps a key' {
        $kinds = @(Get-ChildItem $script:Packages -Filter "llmconfig.*.$script:Version.nupkg" | ForEach-Object { $_.Name.Replace(".$script:Version.nupkg", '') })

        $folder = Install-Tool llmconfig (@('llmconfig') + $kinds)

        Test-Round (Join-Path $folder llmconfig)
    }

    It 'is native code on this kind of machine' -Skip:(-not $script:Native) {
        $folder = Join-Path $script:Work tool-llmconfig

        @(Get-ChildItem $folder -Recurse -File -Filter llmconfig.dll) | Should -BeNullOrEmpty
    }

    It 'names only packages that are there' {
        $archive = [IO.Compression.ZipFile]::OpenRead((Join-Path $script:Packages "llmconfig.$script:Version.nupkg"))
        try {
            $entry = $archive.Entries | Where-Object Name -EQ DotnetToolSettings.xml
            $reader = [IO.StreamReader]::new($entry.Open())
            $named = ([xml] $reader.ReadToEnd()).DotNetCliTool.RuntimeIdentifierPackages.RuntimeIdentifierPackage.Id
        }
        finally { $archive.Dispose() }

        $named | Should -Contain llmconfig.any
        foreach ($id in $named) { Join-Path $script:Packages "$id.$script:Version.nupkg" | Should -Exist }
    }
}
