@{
    ExcludeRules = @(
        # Join-Path a b c, and the cmdlets' own positions: how the module is meant to be used.
        'PSAvoidUsingPositionalParameters'
        # Pester runs BeforeAll, It and the rest in scopes that the rule does not follow.
        'PSUseDeclaredVarsMoreThanAssignments'
        # Functions of scripts and tests, which nobody else calls.
        'PSUseShouldProcessForStateChangingFunctions'
        'PSUseSingularNouns'
        'PSAvoidOverwritingBuiltInCmdlets'
        # Tests make keys up on the spot and say why they skip; the picture runs the lines that it shows.
        'PSAvoidUsingConvertToSecureStringWithPlainText'
        'PSAvoidUsingWriteHost'
        'PSAvoidUsingInvokeExpression'
        # PowerShell 7 reads UTF-8; a byte order mark would only be in the way.
        'PSUseBOMForUnicodeEncodedFile'
    )
}
