@{ ModuleVersion = '0.4.0'; RootModule = 'powershell-yaml.psm1'; FunctionsToExport = '*' }
