# Completion of llmconfig for PowerShell. In $PROFILE:  llmconfig completion pwsh | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName llmconfig -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @(foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.EndOffset -lt $cursorPosition) {
            if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value } else { $element.Extent.Text }
        }
    })
    $program = $words[0]
    $arguments = @('__complete', 'pwsh') + @($words | Select-Object -Skip 1) + $wordToComplete
    $kind, $lines = $null | & $program @arguments 2>$null
    if ($kind -eq 'words') {
        foreach ($line in $lines) {
            $text, $shown, $remark = $line -split "`t", 3
            [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $(if ($remark) { $remark } else { $shown }))
        }
    }
}
