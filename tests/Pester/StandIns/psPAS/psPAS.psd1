@{ ModuleVersion = '6.0.0'; RootModule = 'psPAS.psm1'; FunctionsToExport = '*' }
