@{
    ModuleVersion     = '1.0'
    GUID              = '0c7e2a53-2b8f-4f0e-8d0c-5c5c0f7b8e22'
    Description       = 'What SecretManagement calls.'
    RootModule        = 'MisbehavingVault.Extension.psm1'
    FunctionsToExport = 'Get-Secret', 'Set-Secret', 'Remove-Secret', 'Get-SecretInfo', 'Set-SecretInfo', 'Test-SecretVault', 'Unlock-SecretVault'
}
