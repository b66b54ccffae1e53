@{
    RootModule        = 'LlmConfig.OneCmdlet.dll'
    ModuleVersion     = '0.1.0'
    GUID              = 'c0f5d7a2-3d3e-4c3c-9b1f-6a5d3a1e7b42'
    FunctionsToExport = @()
    AliasesToExport   = @()
    VariablesToExport = @()
    CmdletsToExport   = @('Get-One')
}
