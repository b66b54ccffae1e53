namespace LlmConfig;

/// <summary>A passphrase that is needed now.</summary>
/// <param name="Folder">The folder of the store whose vault it protects.</param>
/// <param name="IsNew">True for one that is being chosen, of 8 characters or more: without it the keys are lost.</param>
/// <param name="IsRepetition">True where a person is asked for the new one a second time.</param>
public sealed record PassphraseRequest(string Folder, bool IsNew, bool IsRepetition = false);
