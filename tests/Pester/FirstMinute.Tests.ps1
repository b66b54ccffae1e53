#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# What a new user meets in the first minute, in the real shell on a real terminal.

BeforeDiscovery {
    $tmux = Get-Command tmux -CommandType Application -ErrorAction Ignore
    if (-not $tmux) { Write-Warning 'tmux is not installed: the terminal tests cannot run' }
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    . (Join-Path $PSScriptRoot Terminal.ps1)
    $script:Module = (Resolve-Path (Join-Path $PSScriptRoot .. .. out LlmConfig.PowerShell)).Path
    $script:Saved = @{ HOME = $env:HOME; LLMCONFIG_HOME = $env:LLMCONFIG_HOME; XDG_CONFIG_HOME = $env:XDG_CONFIG_HOME }
}

Describe 'The first minute' -Skip:(-not $tmux) {
    BeforeEach {
        $env:HOME = [IO.Directory]::CreateTempSubdirectory('llmconfig-first-').FullName
        $env:XDG_CONFIG_HOME = $null
        $env:LLMCONFIG_HOME = Join-Path $env:HOME store
        $terminal = [Terminal]::new(@(Get-ShellCommand), "Import-Module '$script:Module'; Set-LlmConfigStore -Protector KeyFile", $env:HOME)
    }

    AfterEach {
        $terminal.Close()
        Remove-Item $env:HOME -Recurse -Force
        foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
    }

    It 'asks for the key, masked, again where it looks wrong, and says what is next' {
        $terminal.Send('New-LlmConfig work openai')
        $terminal.Expect('API key of OpenAI (not shown; Enter to set it later): ')
        $terminal.Send('sk-ant-abc def')
        $terminal.Expect('That key holds a space or a letter that no HTTP header carries.')
        $terminal.Expect('API key (not shown; Enter takes that one all the same): ')
        $terminal.Send('sk-test-1234first')
        $terminal.Expect("'work' is the default, as the first one. Next: Use-LlmConfig work { ")
        $terminal.Expect('PS ')
        $terminal.Send('Use-LlmConfig { "the key has $($env:OPENAI_API_KEY.Length) characters" }')
        $terminal.Expect('the key has 17 characters')
        $terminal.Screen() | Should -Not -Match 'sk-'
    }

    It 'takes the beginning of a provider, and lists them for a question mark' {
        $terminal.Send('New-LlmConfig claude')
        $terminal.Expect('20  openai-compatible')
        $terminal.Expect('Provider (number or id; ? lists them): ')
        $terminal.Send('?')
        $terminal.Expect('20  openai-compatible')
        $terminal.Expect('Provider (number or id; ? lists them): ')
        $terminal.Send("anth`t")
        $terminal.Expect('Base URL [https://api.anthropic.com]: ')
        $terminal.Send('')
        $terminal.Expect('Model (Enter for none): ')
        $terminal.Send('')
        $terminal.Expect('API key of Anthropic (not shown; Enter to set it later): ')
        $terminal.Send('')
        $terminal.Expect("Give it one with Set-LlmConfig 'claude' -AskApiKey.")
        $terminal.Send("Set-LlmConfig 'claude' -AskApiKey")
        $terminal.Expect("New API key of 'claude' (Anthropic; not shown): ")
        $terminal.Send('sk-ant-1234test')
        $terminal.Expect('PS ')
        $terminal.Send('(Get-LlmConfigKey claude).Length + 1000')
        $terminal.Expect('1015')
    }

    It 'asks before many go, and for the passwords of an export and an import' {
        $terminal.Send("'x', 'y' | ForEach-Object { New-LlmConfig `$_ ollama } | Out-Null")
        $terminal.Expect('PS ')
        $terminal.Send("Export-LlmConfig -IncludeKey -Path ~/sealed.json")
        foreach ($question in 'Password: ', 'The same once more: ') {
            $terminal.Expect($question)
            $terminal.Send('a good password')
        }

        $terminal.Expect('PS ')
        $terminal.Send('Remove-LlmConfig *')
        $terminal.Expect("Remove 'x', 'y'?")
        $terminal.Expect('): ')
        $terminal.Send('n')
        $terminal.Expect('PS ')
        $terminal.Send('Get-LlmConfig | Remove-LlmConfig')
        $terminal.Expect("Remove 'x', 'y'?")
        $terminal.Expect('): ')
        $terminal.Send('y')
        $terminal.Expect('PS ')
        $terminal.Send('Import-LlmConfig ~/sealed.json')
        $terminal.Expect('Password: ')
        $terminal.Send('a good password')
        $terminal.Expect('127.0.0.1:11434')
        $terminal.Screen() | Should -Not -Match 'a good password'
    }

    It 'asks nothing where the shell was told that nobody is there, and nothing of a pipe' {
        $terminal.Send("& '$((@(Get-ShellCommand)) -join "' '")' -NoProfile -NonInteractive -Command `"Import-Module '$script:Module'; (New-LlmConfig work openai 3>```$null).Name + ' is made'`"")
        $terminal.Expect('work is made')
        $terminal.Screen() | Should -Not -Match 'API key of'
    }
}
