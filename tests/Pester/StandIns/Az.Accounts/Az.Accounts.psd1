@{ ModuleVersion = '3.0.0'; RootModule = 'Az.Accounts.psm1'; FunctionsToExport = '*' }
