# Stands in for powershell-yaml, for tables of one level.
function ConvertTo-Yaml { param([Parameter(ValueFromPipeline)] $Data) process { $Data.GetEnumerator() | ForEach-Object { "$($_.Key): $($_.Value)`n" } } }
function ConvertFrom-Yaml { param([Parameter(ValueFromPipeline)] [string] $Yaml) process { $Yaml -split "`n" | Where-Object { $_ } | ConvertFrom-StringData -Delimiter ':' } }
