using System.Diagnostics.CodeAnalysis;

namespace LlmConfig;

/// <summary>A question got no answer: nobody can be asked here, or the input ended.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Thrown by one class and caught by another; never seen outside.")]
[SuppressMessage("Design", "CA1064", Justification = "The same.")]
internal sealed class NobodyAnswersException(Exception? cause) : Exception("Nobody answers here.", cause);
