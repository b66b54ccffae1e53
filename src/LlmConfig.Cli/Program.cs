using LlmConfig;
using LlmConfig.Cli;

// Keys in vaults of SecretManagement need PowerShell; without a source there is the built-in vault alone.
IKeyVaultSource? vaults = null;
return new CliProgram(new SystemConsole(), new ProgramStarter(), vaults).Run(args);
