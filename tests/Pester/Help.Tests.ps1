#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# The help of the built module: that it is complete, that it agrees with the cmdlets and the markdown, and that every
# example in it runs. Examples run in homes of their own; nothing is typed and no request is sent.

BeforeDiscovery {
    $root = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
    Import-Module (Join-Path $root out LlmConfig.PowerShell) -Force -ErrorAction Stop
    $cmdlets = foreach ($command in Get-Command -Module LlmConfig.PowerShell) {
        @{
            Cmdlet     = $command.Name
            Parameters = @(foreach ($parameter in $command.Parameters.Values) {
                    $attributes = @($parameter.Attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] })
                    $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
                    if ($parameter.Name -notin $common -and -not $attributes.Where({ $_.DontShow })) { @{ Parameter = $parameter.Name } }
                })
            Examples   = @(foreach ($example in (Get-Help $command.Name).examples.example) {
                    @{ Title = $example.title.Trim('- '); Code = $example.code }
                })
        }
    }

    $platyPS = Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable | Where-Object Version -GE 1.0.0
}

BeforeAll {
    . (Join-Path $PSScriptRoot Shell.ps1)
    $script:Repository = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
    $script:Module = (Resolve-Path (Join-Path $script:Repository out LlmConfig.PowerShell)).Path
    $script:Saved = @{}
    foreach ($name in 'HOME', 'XDG_CONFIG_HOME', 'LLMCONFIG_HOME', 'PSModulePath',
        'OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'AZURE_OPENAI_API_KEY', 'AZURE_OPENAI_ENDPOINT', 'GATEWAY_KEY', 'PATH', 'CODEX_HOME') {
        $script:Saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    Import-Module $script:Module -Force -ErrorAction Stop

    # Texts as the help shows them: without markdown and without regard to where lines end.
    function ConvertTo-Words([string] $Text) { ($Text.Replace('`', '') -replace '\s+', ' ').Trim() }

    function Get-Page([string] $Cmdlet) {
        (Get-Content (Join-Path $script:Repository docs cmdlets "$Cmdlet.md") -Raw).Replace("`r", '')
    }

    function Get-Section([string] $Page, [string] $Heading) {
        if ($Page -notmatch "(?ms)^$([regex]::Escape($Heading))\n+(?<text>.*?)(?=^#{2,3} |^``````yaml|\z)") { throw "There is no '$Heading'." }
        $Matches.text
    }

    # The parameters of a part of the help, which has no such property when there are none.
    function Get-Described($Part) { if ($Part -and $Part.PSObject.Properties['parameter']) { $Part.parameter } }

    # What the examples speak of.
    function New-ExampleStore {
        $env:PESTER_LLM_KEY = 'sk-test-' + [guid]::NewGuid().ToString('N')
        try {
            @'
Name,Provider,Model,BaseUrl,ApiKeyFromEnvironment
work,openai,gpt-5,https://api.openai.com/v1,PESTER_LLM_KEY
local,ollama,llama3.2,http://127.0.0.1:11434/v1,
old,mistral,,,PESTER_LLM_KEY
shared,openrouter,,,PESTER_LLM_KEY
test-1,groq,,,PESTER_LLM_KEY
test-2,groq,,,PESTER_LLM_KEY
team-claude,anthropic,,,PESTER_LLM_KEY
team-proxy,openai,,https://proxy.example/v1,PESTER_LLM_KEY
'@ | ConvertFrom-Csv | ForEach-Object {
                $settings = @{}
                foreach ($property in $_.PSObject.Properties) { if ($property.Value) { $settings[$property.Name] = $property.Value } }
                # One key for all of them, and not in the form of each provider: that is meant so here.
                $null = New-LlmConfig @settings -WarningAction SilentlyContinue
            }
            Set-LlmConfig work -AsDefault
        }
        finally { $env:PESTER_LLM_KEY = $null }
    }
}

AfterAll {
    foreach ($name in $script:Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Saved[$name] ?? [NullString]::Value) }
}

Describe 'The help of <Cmdlet>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $Cmdlet
        $command = Get-Command $Cmdlet
        $page = Get-Page $Cmdlet
    }

    It 'has a synopsis and a description of its own' {
        $help.Synopsis.Trim() | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match ([regex]::Escape($Cmdlet)) -Because 'the syntax is what stands there without help'
        ($help.description.Text -join ' ').Trim().Length | Should -BeGreaterThan 100
    }

    It 'describes -<Parameter>, and agrees with the cmdlet' -ForEach $Parameters {
        $described = Get-Help $Cmdlet -Parameter $Parameter
        ($described.description.Text -join ' ').Trim() | Should -Not -BeNullOrEmpty
        $actual = $command.Parameters[$Parameter]
        $type = [Nullable]::GetUnderlyingType($actual.ParameterType) ?? $actual.ParameterType
        $described.type.name | Should -Be $type.FullName
        $attributes = @($actual.Attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] })
        $described.required -eq 'true' | Should -Be ($attributes.Mandatory -contains $true)
        $described.globbing -eq 'true' | Should -Be ($actual.Attributes.TypeId.Name -contains 'SupportsWildcardsAttribute')
        $described.pipelineInput -match '\(.*ByValue' | Should -Be ($attributes.ValueFromPipeline -contains $true)
        $described.pipelineInput -match 'ByPropertyName' | Should -Be ($attributes.ValueFromPipelineByPropertyName -contains $true)
        $position = ($attributes.Position | Measure-Object -Maximum).Maximum
        $described.position | Should -Be ($position -ge 0 ? "$position" : 'Named')
    }

    It 'describes no parameter that the cmdlet does not have' {
        $common = 'WhatIf', 'Confirm' | Where-Object { $command.Parameters.ContainsKey($_) }
        @(Get-Described $help.parameters | ForEach-Object name | Sort-Object) |
            Should -Be @(@($Parameters | ForEach-Object Parameter) + @($common) | Sort-Object)
    }

    It 'shows the parameter sets of the cmdlet' {
        $shown = foreach ($set in $help.syntax.syntaxItem) { (Get-Described $set | ForEach-Object name | Sort-Object) -join ' ' }
        $expected = @($Parameters | ForEach-Object Parameter) + 'WhatIf', 'Confirm'
        # A set that needs a hidden parameter is hidden too.
        $actual = foreach ($set in $command.ParameterSets | Where-Object { -not $_.Parameters.Where({ $_.IsMandatory -and $_.Name -notin $expected }) }) {
            ($set.Parameters | ForEach-Object Name | Where-Object { $_ -in $expected } | Sort-Object) -join ' '
        }

        @($shown | Sort-Object) | Should -Be @($actual | Sort-Object)
    }

    It 'has two examples or more, each explained' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.examples.example) {
            ($example.remarks.Text -join ' ').Trim() | Should -Not -BeNullOrEmpty
        }
    }

    It 'says what the markdown says' {
        ConvertTo-Words $help.Synopsis | Should -BeExactly (ConvertTo-Words (Get-Section $page '## SYNOPSIS'))
        ConvertTo-Words ($help.description.Text -join ' ') | Should -BeExactly (ConvertTo-Words (Get-Section $page '## DESCRIPTION'))
        foreach ($parameter in Get-Described $help.parameters) {
            ConvertTo-Words ($parameter.description.Text -join ' ') |
                Should -BeExactly (ConvertTo-Words (Get-Section $page "### -$($parameter.name)"))
        }

        $blocks = [regex]::Matches($page, '(?s)```powershell\n(?<code>.*?)\n```\n\n(?<remarks>.*?)\n+(?=##)')
        $blocks.Count | Should -Be @($help.examples.example).Count
        for ($i = 0; $i -lt $blocks.Count; $i++) {
            @($help.examples.example)[$i].code.Replace("`r", '') | Should -BeExactly $blocks[$i].Groups['code'].Value
            ConvertTo-Words (@($help.examples.example)[$i].remarks.Text -join ' ') |
                Should -BeExactly (ConvertTo-Words $blocks[$i].Groups['remarks'].Value)
        }
    }

    Context 'its examples' {
        BeforeEach {
            $script:TestHome = [IO.Directory]::CreateTempSubdirectory('llmconfig-help-').FullName
            $env:HOME = $script:TestHome
            $env:XDG_CONFIG_HOME = $null
            $env:LLMCONFIG_HOME = Join-Path $script:TestHome store
            $env:AZURE_OPENAI_ENDPOINT = 'https://contoso.openai.azure.com'
            # A tool is told to ask a program of this name.
            $env:CODEX_HOME = Join-Path $script:TestHome codex
            $env:PATH = $script:TestHome + [IO.Path]::PathSeparator + $script:Saved.PATH
            $program = Join-Path $script:TestHome ($IsWindows ? 'llmconfig.cmd' : 'llmconfig')
            Set-Content $program '#!/bin/sh'
            if (-not $IsWindows) { chmod 700 $program }

            # Examples name files of the folder where they are typed.
            Push-Location $script:TestHome
            foreach ($name in 'OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'AZURE_OPENAI_API_KEY', 'GATEWAY_KEY') {
                # As the provider's keys begin, so that none looks like another's.
                $prefix = switch ($name) { 'ANTHROPIC_API_KEY' { 'sk-ant-' } 'AZURE_OPENAI_API_KEY' { 'azure-' } }
                [Environment]::SetEnvironmentVariable($name, $prefix + 'sk-test-' + [guid]::NewGuid().ToString('N'))
            }

            Set-LlmConfigStore -Protector KeyFile
            # New-LlmConfig makes what the other examples find.
            if ($Cmdlet -ne 'New-LlmConfig') { New-ExampleStore }
        }

        AfterEach {
            Pop-Location
            $env:HOME = $script:Saved.HOME
            $env:PATH = $script:Saved.PATH
            Remove-Item $script:TestHome -Recurse -Force
        }

        It 'runs without an error: <Title>' -ForEach $Examples {
            function Read-Host { ConvertTo-SecureString ('sk-test-' + [guid]::NewGuid().ToString('N')) -AsPlainText -Force }
            function Invoke-RestMethod { }
            $ErrorActionPreference = 'Stop'
            $before = $global:Error.Count
            $output = & ([scriptblock]::Create($Code)) *>&1
            $global:Error.Count | Should -Be $before
            @($output | Where-Object { $_ -is [Management.Automation.ErrorRecord] -or $_ -is [Management.Automation.WarningRecord] }) |
                Should -BeNullOrEmpty
            if ($Cmdlet -notin 'Get-LlmConfigKey') { $output | Out-String | Should -Not -Match 'sk-test-' }
        }
    }
}

Describe 'The help as a whole' {
    It 'has pages for the cmdlets of the module, and no others' {
        (Get-ChildItem (Join-Path $script:Repository docs cmdlets) -Filter *.md).BaseName | Sort-Object |
            Should -Be @((Get-Command -Module LlmConfig.PowerShell).Name | Sort-Object)
    }

    It 'holds no key but made-up ones' {
        $texts = Get-ChildItem (Join-Path $script:Repository docs cmdlets), (Join-Path $script:Repository en-US) -File | Get-Content -Raw
        [regex]::Matches($texts -join "`n", '\b(sk-|AIza|gsk_|hf_|xai-|pplx-)\w[\w-]{6,}') |
            ForEach-Object Value | Where-Object { $_ -notlike 'sk-test-*' } | Should -BeNullOrEmpty
    }

    It 'links only to pages that are there' {
        foreach ($page in Get-ChildItem (Join-Path $script:Repository docs cmdlets) -Filter *.md) {
            foreach ($link in [regex]::Matches((Get-Content $page -Raw), '\]\((?!https://)(?<path>[^)]+)\)')) {
                Join-Path $page.DirectoryName $link.Groups['path'].Value | Should -Exist
            }
        }
    }

    It 'has about_LlmConfig' {
        # The topic of a module that is installed; Get-Help looks for topics in the folders of PSModulePath.
        $env:PSModulePath = (Split-Path $script:Module) + [IO.Path]::PathSeparator + $env:PSModulePath
        $about = Get-Help about_LlmConfig | Out-String
        $about | Should -Match 'LLMCONFIG_HOME'
        foreach ($code in [Enum]::GetNames([LlmConfig.LlmConfigErrorCode])) { $about | Should -Match "(?m)^ +$code " }
        foreach ($kind in [Enum]::GetNames([LlmConfig.ProtectorKind])) { $about | Should -Match "(?m)^ +$kind " }
        foreach ($command in Get-Command -Module LlmConfig.PowerShell) { $about | Should -Match "(?m)^ +$($command.Name)\b" }
    }

    It 'is what docs/ConvertTo-Maml.ps1 makes of the markdown' -Tag Microsoft.PowerShell.PlatyPS -Skip:(-not $platyPS) {
        $scratch = [IO.Directory]::CreateTempSubdirectory('llmconfig-maml-').FullName
        try {
            pwsh -NoProfile -File (Join-Path $script:Repository docs ConvertTo-Maml.ps1) -Destination $scratch
            $name = 'LlmConfig.PowerShell.dll-Help.xml'
            Get-Content (Join-Path $scratch $name) -Raw | Should -BeExactly (Get-Content (Join-Path $script:Repository en-US $name) -Raw)
        }
        finally { Remove-Item $scratch -Recurse -Force }
    }
}
