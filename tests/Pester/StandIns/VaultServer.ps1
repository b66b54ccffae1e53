# Stands in for a Hashicorp Vault server with one KV v2 mount, on loopback: soft delete, and a removed secret stays in the list.
param([string] $Folder, [int] $Port)
$items = Join-Path $Folder items
$deleted = Join-Path $Folder deleted
$null = New-Item $deleted -ItemType Directory -Force
$listener = [System.Net.HttpListener]::new()
$listener.Prefixes.Add("http://127.0.0.1:$Port/")
$listener.Start()
Set-Content (Join-Path $Folder server-is-up) $Port

function Get-Answer([string] $Method, [string] $Path, [string] $Token, [string] $Body) {
    if ($Path -eq '/v1/sys/health') { return 200, '{"initialized":true,"sealed":false}' }
    if ((Test-Path (Join-Path $Folder signed-out)) -or $Token -ne 'sk-test-token') { return 403, '{"errors":["permission denied"]}' }
    if ($Path -eq '/v1/auth/token/lookup') { return 200, '{"data":{"renewable":false,"type":"service","ttl":3600,"expire_time":"2999-01-01T00:00:00Z","policies":["default"]}}' }
    if ($Path -eq '/v1/sys/mounts') { return 200, '{"Team/":{"type":"kv","options":{"version":"2"}}}' }
    if ($Path -notmatch '^/v1/Team/(data|metadata)/?(.*)$') { return 404, '{"errors":[]}' }
    $kind, $name = $Matches[1..2]
    $file = Join-Path $items $name
    $gone = Join-Path $deleted $name
    if ($kind -eq 'metadata' -and -not $name) {
        $names = @(Get-ChildItem $items, $deleted -File).Name | Where-Object { $_ -notlike '.*' } | Sort-Object -Unique
        if (-not $names) { return 404, '{"errors":[]}' }
        return 200, (@{ data = @{ keys = @($names) } } | ConvertTo-Json -Depth 4 -Compress)
    }

    switch ($Method) {
        POST {
            if ($name -notmatch '^[^/]+$') { return 404, '{"errors":[]}' }
            [IO.File]::WriteAllText($file, (($Body | ConvertFrom-Json).data | ConvertTo-Json -Compress))
            if (Test-Path $gone) { Remove-Item $gone }
            return 200, '{"data":{"version":1}}'
        }
        DELETE {
            if (Test-Path $file) { Move-Item $file $gone -Force }
            return 204, ''
        }
        GET {
            if (Test-Path $file) { return 200, "{`"data`":{`"data`":$([IO.File]::ReadAllText($file)),`"metadata`":{`"version`":1,`"deletion_time`":`"`"}}}" }
            if (Test-Path $gone) { return 404, '{"data":{"data":null,"metadata":{"version":1,"deletion_time":"2026-01-01T00:00:00Z"}}}' }
            return 404, '{"errors":[]}'
        }
    }
}

while ($true) {
    $context = $listener.GetContext()
    try {
        $body = [IO.StreamReader]::new($context.Request.InputStream).ReadToEnd()
        $method = $context.Request.HttpMethod
        $status, $answer = Get-Answer $method $context.Request.Url.AbsolutePath $context.Request.Headers['X-Vault-Token'] $body
        $context.Response.StatusCode = $status
        $bytes = [Text.Encoding]::UTF8.GetBytes($answer)
        if ($status -ne 204) { $context.Response.OutputStream.Write($bytes) }
        $context.Response.Close()
    }
    catch { $context.Response.Abort() }
}
