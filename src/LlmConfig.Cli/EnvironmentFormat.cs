namespace LlmConfig.Cli;

/// <summary>Who is to read variables.</summary>
internal enum EnvironmentFormat
{
    /// <summary>A POSIX shell, by eval.</summary>
    Posix = 1,

    /// <summary>PowerShell, by Invoke-Expression.</summary>
    PowerShell = 2,

    /// <summary>A .env file: what python-dotenv, dotenv of Node.js and Compose read alike.</summary>
    DotEnv = 3,

    /// <summary>The file of docker run --env-file: no quotes, the value is the rest of the line.</summary>
    Docker = 4,

    /// <summary>The file that GITHUB_ENV names in a workflow.</summary>
    GitHub = 5,
}
