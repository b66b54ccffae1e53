@{ ModuleVersion = '1.0.0'; RootModule = 'PowerCommander.psm1'; FunctionsToExport = '*' }
