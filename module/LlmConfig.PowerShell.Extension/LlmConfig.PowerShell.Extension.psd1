# The built-in vault as SecretManagement sees it. SecretManagement looks for this folder by name when the vault is registered;
# LlmConfig.PowerShell itself nests the assembly, and exports nothing of it. The assembly lies beside the module's own, so that
# there is one copy of the core in the process.
@{
    RootModule        = '../LlmConfig.PowerShell.Extension.dll'
    ModuleVersion     = '0.1.0'
    GUID              = 'c0a5b5a1-0b0f-4a3e-8f7e-5d1f6a3b9e20'
    Author            = 'LlmConfig.PowerShell contributors'
    CompanyName       = 'LlmConfig.PowerShell contributors'
    Copyright         = '(c) LlmConfig.PowerShell contributors. MIT License.'
    Description       = 'The built-in vault of LlmConfig.PowerShell as a SecretManagement extension.'
    PowerShellVersion = '7.4'
    FunctionsToExport = @()
    AliasesToExport   = @()
    VariablesToExport = @()
    CmdletsToExport   = @(
        'Get-Secret'
        'Get-SecretInfo'
        'Remove-Secret'
        'Set-Secret'
        'Set-SecretInfo'
        'Test-SecretVault'
        'Unlock-SecretVault'
        'Unregister-SecretVault'
    )
}
