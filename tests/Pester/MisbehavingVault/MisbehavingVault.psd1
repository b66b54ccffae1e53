@{
    ModuleVersion     = '1.0'
    GUID              = '5b0f8d5c-6a0e-4d53-9c60-2b1f6a2f7c11'
    Description       = 'A vault of which one command misbehaves in one way, for the tests.'
    NestedModules     = @('./MisbehavingVault.Extension')
    FunctionsToExport = @()
}
