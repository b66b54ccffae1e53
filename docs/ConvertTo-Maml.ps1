<#
.SYNOPSIS
Turns docs/cmdlets/*.md into the MAML file that Get-Help reads. `./build.ps1 -Task Help` runs it.

.DESCRIPTION
Microsoft.PowerShell.PlatyPS does the conversion. PlatyPS 1.0 leaves a few things as they are in the markdown, which
Get-Help would show: examples with their code fences, backticks, relative links, wrapped lines. They are put right after it.
The same markdown always gives the same bytes.

.PARAMETER Destination
The folder that gets LlmConfig.PowerShell.dll-Help.xml.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Destination
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

$platyPS = Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable | Where-Object Version -GE 1.0.0 | Select-Object -First 1
if (-not $platyPS) {
    throw 'Microsoft.PowerShell.PlatyPS 1.0 or later is not installed: Install-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0'
}

Import-Module $platyPS

# One line for each paragraph and list item, so that Get-Help wraps them to the console; no backticks.
function ConvertTo-Plain([string] $Text) { ($Text.Trim() -replace '(?<!\n)\n(?!\n|- )\s*', ' ').Replace('`', '') }

$pages = @(Get-ChildItem (Join-Path $PSScriptRoot cmdlets) -Filter *.md | Sort-Object Name | ForEach-Object {
        Import-MarkdownCommandHelp -Path $_.FullName
    })
$scratch = [IO.Directory]::CreateTempSubdirectory('llmconfig-help-').FullName
try {
    $made = $pages | Export-MamlCommandHelp -OutputFolder $scratch
    $maml = [xml]::new()
    $maml.Load($made.FullName)
}
finally {
    Remove-Item $scratch -Recurse -Force
}

$names = [Xml.XmlNamespaceManager]::new($maml.NameTable)
$names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
$names.AddNamespace('maml', 'http://schemas.microsoft.com/maml/2004/10')
$names.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')

function Add-Element([Xml.XmlElement] $Parent, [string] $Name, [string] $Text) {
    $element = $maml.CreateElement($Name, $names.LookupNamespace($Name.Split(':')[0]))
    $element.InnerText = $Text
    $null = $Parent.AppendChild($element)
}

foreach ($page in $pages) {
    $command = $maml.SelectSingleNode("//command:command[command:details/command:name='$($page.Title)']", $names)
    $examples = $command.SelectNodes('command:examples/command:example', $names)
    for ($i = 0; $i -lt $examples.Count; $i++) {
        $source = $page.Examples[$i]
        if ($source.Remarks -notmatch '(?s)^\s*```powershell\n(?<code>.*?)\n```\s+(?<remarks>\S.*)$') {
            throw "$($page.Title), $($source.Title): an example is a block of powershell and a sentence that explains it."
        }

        $code, $remarks = $Matches.code, $Matches.remarks
        foreach ($part in $examples[$i].SelectNodes('maml:introduction | dev:remarks', $names)) { $part.RemoveAll() }
        $examples[$i].SelectSingleNode('dev:code', $names).InnerText = $code
        # The empty one sets the examples apart.
        foreach ($paragraph in @($remarks -split '\n\n') + '') {
            Add-Element $examples[$i].SelectSingleNode('dev:remarks', $names) maml:para $paragraph
        }
    }

    foreach ($parameter in $page.Parameters | Where-Object DefaultValue) {
        Add-Element $command.SelectSingleNode("command:parameters/command:parameter[maml:name='$($parameter.Name)']", $names) `
            dev:defaultValue $parameter.DefaultValue
    }
}

foreach ($link in $maml.SelectNodes('//maml:navigationLink', $names)) {
    # The topics are found by name; the relative addresses are for people who read the markdown.
    $uri = $link.SelectSingleNode('maml:uri', $names)
    if (-not $uri.InnerText.StartsWith('https://', [StringComparison]::Ordinal)) { $uri.InnerText = '' }
    if ($link.SelectSingleNode('maml:linkText', $names).InnerText -eq 'Online Version') { $null = $link.ParentNode.RemoveChild($link) }
}

foreach ($paragraph in $maml.SelectNodes('//maml:para', $names)) { $paragraph.InnerText = ConvertTo-Plain $paragraph.InnerText }

$settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
$writer = [Xml.XmlWriter]::Create((Join-Path (Resolve-Path $Destination).ProviderPath $made.Name), $settings)
try { $maml.Save($writer) } finally { $writer.Dispose() }
