using LlmConfig.Shell;

string modules = Path.Combine(AppContext.BaseDirectory, "Modules");
return args is [ExecRun.Word, .. string[] rest]
    ? new ExecRun(Console.OpenStandardOutput(), Console.OpenStandardError(), modules).Run(rest)
    : new ShellProgram(new SystemConsole(), Console.OpenStandardOutput, modules).Run(args);
