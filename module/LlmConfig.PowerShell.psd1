@{
    RootModule             = 'LlmConfig.PowerShell.dll'
    NestedModules          = @('LlmConfig.PowerShell.Extension.dll')
    ModuleVersion          = '0.1.0'
    GUID                   = '5b1c1f0e-6e0b-4d0c-9a4e-2f6f3a9c7d11'
    Author                 = 'LlmConfig.PowerShell contributors'
    CompanyName            = 'LlmConfig.PowerShell contributors'
    Copyright              = '(c) LlmConfig.PowerShell contributors. MIT License.'
    Description            = 'Keeps LLM provider configurations (provider, base URL, header style, model) and their API keys: metadata in one file, keys in a vault that the operating system protects. For PowerShell 7.4 and later.'
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = @('Core')
    FormatsToProcess       = @('LlmConfig.PowerShell.format.ps1xml')
    # Empty on purpose, as nothing of the vault extension is exported either.
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    CmdletsToExport        = @(
        'Enter-LlmConfig'
        'Exit-LlmConfig'
        'Export-LlmConfig'
        'Find-LlmConfigKey'
        'Get-LlmConfig'
        'Get-LlmConfigHeader'
        'Get-LlmConfigKey'
        'Get-LlmConfigStore'
        'Get-LlmProvider'
        'Get-LlmTool'
        'Import-LlmConfig'
        'Invoke-LlmConfigRotation'
        'Lock-LlmConfigStore'
        'New-LlmConfig'
        'Register-LlmConfigTool'
        'Remove-LlmConfig'
        'Repair-LlmConfig'
        'Set-LlmConfig'
        'Set-LlmConfigFolder'
        'Set-LlmConfigStore'
        'Test-LlmConfig'
        'Unlock-LlmConfigStore'
        'Unregister-LlmConfigTool'
        'Use-LlmConfig'
    )
    # All that ships; the built folder and the package hold nothing else.
    FileList               = @(
        'LICENSE'
        'LlmConfig.Configuration.dsc.resource.json'
        'LlmConfig.Core.dll'
        'LlmConfig.Core.xml'
        'LlmConfig.PowerShell.dll'
        'LlmConfig.PowerShell.Extension.dll'
        'LlmConfig.PowerShell.format.ps1xml'
        'LlmConfig.PowerShell.psd1'
        'LlmConfig.Secret.dsc.extension.json'
        'LlmConfig.Store.dsc.resource.json'
        'LlmConfig.PowerShell.Extension/LlmConfig.PowerShell.Extension.psd1'
        'en-US/about_LlmConfig.help.txt'
        'en-US/about_LlmConfig_Security.help.txt'
        'en-US/about_LlmConfig_Vaults.help.txt'
        'en-US/LlmConfig.PowerShell.dll-Help.xml'
    )
    PrivateData            = @{
        PSData = @{
            Prerelease                 = 'preview1'
            Tags                       = @(
                'PSEdition_Core', 'Windows', 'Linux', 'MacOS'
                'LLM', 'AI', 'API', 'Key', 'Secret', 'SecretManagement', 'Configuration', 'OpenAI', 'Anthropic'
            )
            LicenseUri                 = 'https://opensource.org/license/mit'
            ProjectUri                 = 'https://github.com/LlmConfig/LlmConfig.PowerShell'
            IconUri                    = 'https://raw.githubusercontent.com/LlmConfig/LlmConfig.PowerShell/main/docs/images/icon.png'
            ReleaseNotes               = 'First preview. Configurations of LLM providers with their API keys in a vault: create, list, rotate, hand to tools, test, repair, import and export. All changes are listed in CHANGELOG.md of the project.'
            # Wanted for keys in other vaults only; the module works without it.
            ExternalModuleDependencies = @('Microsoft.PowerShell.SecretManagement')
        }
    }
}
