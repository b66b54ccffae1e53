namespace LlmConfig;

/// <summary>The ways in which <see cref="Libc"/> and <see cref="Win32"/> open; none follows a link, none is inherited by a child process.</summary>
internal enum OpenFlags
{
    /// <summary>For reading; returns at once where a FIFO lies.</summary>
    ReadOnly = 1,

    /// <summary>For reading and writing.</summary>
    ReadWrite = 2,

    /// <summary>A folder, to flush it or to set its mode.</summary>
    Folder = 3,

    /// <summary>For writing; every write goes to the end.</summary>
    Append = 4,
}
