using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace LlmConfig.Shell;

/// <summary>
/// Format-Table and Format-List live in an assembly that no registry carries; what does their work is in the engine, but
/// internal. These are the only members of the engine that this program reaches past its public surface. Should another
/// version of the engine lack them, the two commands are not offered, and nothing else changes.
/// </summary>
internal static class FormatShapes
{
    private const string Formatter = "Microsoft.PowerShell.Commands.Internal.Format.InnerFormatShapeCommand";

    private static readonly FieldInfo? Implementation =
        typeof(FrontEndCommandBase).GetField("implementation", BindingFlags.Instance | BindingFlags.NonPublic);

    private static readonly ConstructorInfo? Constructor = FindConstructor();

    public static bool Available => Implementation is not null && Constructor is not null;

    /// <summary>Gives a formatting command its shape, as its original's constructor does.</summary>
    /// <param name="command">The command being made.</param>
    /// <param name="shape">The name of the engine's shape: <c>Table</c> or <c>List</c>.</param>
    public static void Give(FrontEndCommandBase command, string shape)
    {
        Type shapes = Constructor!.GetParameters()[0].ParameterType;
        Implementation!.SetValue(command, Constructor.Invoke([Enum.Parse(shapes, shape)]));
    }

    [SuppressMessage("Trimming", "IL2026", Justification = "The program is not trimmed: the engine could not run.")]
    private static ConstructorInfo? FindConstructor() =>
        typeof(FrontEndCommandBase).Assembly.GetType(Formatter)
            ?.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .FirstOrDefault(constructor => constructor.GetParameters() is [{ ParameterType.IsEnum: true }]);
}
