namespace LlmConfig;

/// <summary>Where the key of a configuration may go, as the store sealed it (<see cref="KeySeals"/>).</summary>
/// <param name="Host">The host that the key was stored for, for people: the code says whether it is true.</param>
/// <param name="Code">The authentication code, base64 of 32 bytes.</param>
internal sealed record KeySeal(string Host, string Code);
