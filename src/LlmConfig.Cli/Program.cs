using LlmConfig.Cli;

using var vaults = new PwshVaultSource(Environment.GetEnvironmentVariable);
return new CliProgram(new SystemConsole(), new ProgramStarter(), vaults).Run(args);
