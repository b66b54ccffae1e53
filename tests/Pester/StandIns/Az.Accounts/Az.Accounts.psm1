# Stands in for the sign-in of Azure's modules.
function Get-AzContext { if (-not (Test-Path (Join-Path $env:STAND_IN_VAULT signed-out))) { @{ Subscription = @{ Id = 'llm' } } } }
function Set-AzContext([string] $SubscriptionId) { throw "Please provide a valid tenant or a valid subscription: $SubscriptionId." }
