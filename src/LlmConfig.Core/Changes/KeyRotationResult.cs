namespace LlmConfig;

/// <summary>How the rotation of a key ended.</summary>
/// <param name="Name">The configuration's name.</param>
/// <param name="StartedAt">When it began, in UTC: earlier than this call where one was finished that was cut off.</param>
/// <param name="IsChecked">True where the provider took the new key in this call.</param>
/// <param name="IsRevoked">True where the old key was revoked.</param>
public sealed record KeyRotationResult(string Name, DateTime StartedAt, bool IsChecked, bool IsRevoked);
