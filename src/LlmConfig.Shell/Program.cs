using LlmConfig.Shell;

return new ShellProgram(
    new SystemConsole(), Console.OpenStandardOutput, Path.Combine(AppContext.BaseDirectory, "Modules")).Run(args);
