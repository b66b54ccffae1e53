@{
    RootModule             = 'LlmConfig.PowerShell.dll'
    NestedModules          = @('LlmConfig.PowerShell.Extension.dll')
    ModuleVersion          = '0.1.0'
    GUID                   = '5b1c1f0e-6e0b-4d0c-9a4e-2f6f3a9c7d11'
    Author                 = 'LlmConfig.PowerShell contributors'
    CompanyName            = 'LlmConfig.PowerShell contributors'
    Copyright              = '(c) LlmConfig.PowerShell contributors. MIT License.'
    Description            = 'Keeps LLM provider configurations (provider, base URL, header style, model) and their API keys: metadata in one file, keys in a vault that the operating system protects.'
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
        'Get-LlmConfig'
        'Get-LlmConfigKey'
        'Get-LlmConfigStore'
        'Get-LlmProvider'
        'Import-LlmConfig'
        'Lock-LlmConfigStore'
        'New-LlmConfig'
        'Remove-LlmConfig'
        'Repair-LlmConfig'
        'Set-LlmConfig'
        'Set-LlmConfigStore'
        'Test-LlmConfig'
        'Unlock-LlmConfigStore'
        'Use-LlmConfig'
    )
    PrivateData            = @{
        PSData = @{
            Tags         = @('LLM', 'API', 'Key', 'Secret', 'SecretManagement', 'OpenAI', 'Anthropic')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
