@{ ModuleVersion = '6.0.0'; RootModule = 'Az.KeyVault.psm1'; NestedModules = './Az.KeyVault.Extension'; FunctionsToExport = '*-AzKeyVaultSecret' }
