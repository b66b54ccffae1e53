@{ ModuleVersion = '3.0.0'; RootModule = 'CredentialRetriever.psm1'; FunctionsToExport = '*' }
