using System.Collections;
using System.Diagnostics;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>
/// Finds out what a vault does with a secret, by a throwaway one: extensions differ in the types and names that they take, in what they
/// list, and in whether they do what they say. A vault that cannot keep a key, or cannot released one, is refused.
/// </summary>
/// <param name="vault">The vault.</param>
internal sealed class VaultProbe(VaultSecrets vault)
{
    /// <summary>What the names of some vaults have to begin with.</summary>
    public const string SlashPrefix = "/";

    private const string Property = "name";

    // A vault that may be late is waited for once.
    private const int LooksAgain = 2;

    private static readonly (SecretForm Form, string Prefix)[] Ways =
    [
        (SecretForm.SecureString, string.Empty),
        (SecretForm.PlainText, string.Empty),
        (SecretForm.SecureString, SlashPrefix),
        (SecretForm.PlainText, SlashPrefix),
    ];

    private string? _problem;

    /// <summary>The throwaway secret that may be in the vault.</summary>
    public string? Left { get; private set; }

    /// <summary>A value that is no key and that no other secret has.</summary>
    public static ApiKey NewValue() => ApiKey.From($"throwaway-{RandomNumberGenerator.GetHexString(32, lowercase: true)}", null);

    /// <summary>A name that was never used.</summary>
    public static string NewKeyId() => $"llm-api-key-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";

    /// <exception cref="VaultFailureException">It is locked, or not there.</exception>
    /// <exception cref="LlmConfigException">VaultUnavailable: it cannot serve.</exception>
    public VaultProfile Run(string keyId, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        using ApiKey value = NewValue();
        foreach ((SecretForm form, string prefix) in Ways)
        {
            string name = prefix + keyId;
            if (Try(name, value, form, _problem is null ? VaultSecrets.MostLooks : LooksAgain, cancellation) is not { } isLabelled)
            {
                continue;
            }

            bool takesLabels = isLabelled || TakesMetadataAfterwards(name, value, cancellation);
            List<string>? listed = Listed(keyId, cancellation);
            RequireRemoval(name, cancellation);
            if (listed is { Count: > 1 })
            {
                string names = string.Join(", ", listed.Select(other => $"'{DisplayText.Of(other)}'"));
                throw Refused($"It keeps one secret as several: {names}. They are throwaway ones, and may be left in it.", null);
            }

            // Of one that was removed, some vaults say nothing any more but that they failed.
            bool listsNames = listed?.Contains(name) == true && Listed(keyId, cancellation) is not null;
            DateTime now = DateTime.UtcNow;
            return new VaultProfile
            {
                Module = vault.Registration.ModuleAndVersion,
                Form = form,
                Prefix = prefix,
                TakesLabels = takesLabels,
                ListsNames = listsNames,
                ProbedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond)),
                ProbeTime = Stopwatch.GetElapsedTime(started),
            };
        }

        string left = Left is null ? string.Empty : $" The throwaway secret '{Left}' may be left in it.";
        throw Refused($"It was given a throwaway secret, and {_problem}{left}", null);
    }

    // True where the vault took metadata together with the secret; null where it did not keep the secret.
    private bool? Try(string name, ApiKey value, SecretForm form, int looks, CancellationToken cancellation)
    {
        bool isLabelled = vault.Registration.TakesMetadataWithSecret && TrySet(name, value, form, Metadata(), cancellation);
        if (!isLabelled && !TrySet(name, value, form, null, cancellation))
        {
            Forget(name, cancellation);
            return null;
        }

        bool isThere = true;
        try
        {
            (bool isSame, isThere) = vault.ReadBack(name, value, looks, cancellation);
            if (isSame)
            {
                return isLabelled && ShowsMetadata(name, cancellation);
            }

            _problem ??= isThere ? "gives another one back." : "took it without an error and does not have it.";
        }
        catch (VaultFailureException e) when (e.IsAboutSecret)
        {
            _problem ??= $"did not give it back: {e.ShownMessage}";
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.InvalidKey)
        {
            _problem ??= $"gave it back in a form of which no key can be taken: {e.Problem}";
        }

        Forget(name, cancellation);

        // It may come to light later.
        Left ??= isThere ? null : name;
        return null;
    }

    private bool TrySet(string name, ApiKey value, SecretForm form, Hashtable? metadata, CancellationToken cancellation)
    {
        try
        {
            vault.Set(name, value, form, metadata, cancellation);
            Left = name;
            return true;
        }
        catch (VaultFailureException e) when (e.IsAboutSecret)
        {
            if (metadata is null)
            {
                _problem ??= $"did not take it: {e.ShownMessage}";
            }

            return false;
        }
    }

    // The names under which it lists the throwaway secret; null where it does not list at all.
    private List<string>? Listed(string keyId, CancellationToken cancellation) =>
        vault.ListedNames(cancellation, VaultSecrets.AllKeys)?.FindAll(name => VaultSecrets.KeyIdIn(name) == keyId);

    // Some vaults keep metadata in the secret itself.
    private bool TakesMetadataAfterwards(string name, ApiKey value, CancellationToken cancellation)
    {
        if (vault.Registration.TakesMetadataWithSecret || !vault.Registration.HasMetadataCommand)
        {
            return false;
        }

        try
        {
            vault.SetMetadata(name, Metadata(), cancellation);
            return ShowsMetadata(name, cancellation) && vault.ReadBack(name, value, LooksAgain, cancellation).IsSame;
        }
        catch (Exception e) when (e is VaultFailureException { IsAboutSecret: true } or LlmConfigException { Code: LlmConfigErrorCode.InvalidKey })
        {
            return false;
        }
    }

    private bool ShowsMetadata(string name, CancellationToken cancellation) =>
        vault.List(name, cancellation).Any(item => VaultSecrets.MetadataOf(item)?.Keys.Contains(Property, StringComparer.Ordinal) == true);

    // No label of a store: whoever finds it takes it for nobody's key.
    private static Hashtable Metadata() => new() { [Property] = "throwaway" };

    private void RequireRemoval(string name, CancellationToken cancellation)
    {
        try
        {
            vault.Remove(name, cancellation);
            Left = null;
        }
        catch (VaultFailureException e) when (e.IsAboutSecret)
        {
            throw Refused($"It keeps a secret and does not remove it: {e.ShownMessage} The throwaway secret '{name}' is left in it.", e);
        }
        catch (LlmConfigException e)
        {
            throw Refused($"{e.Problem} It was a throwaway one.", e);
        }
    }

    // Some vaults take a name with the prefix and keep the secret under the name without it.
    private void Forget(string name, CancellationToken cancellation)
    {
        bool isTaken = Left == name;
        Left = null;
        foreach (string kept in new[] { name, VaultSecrets.KeyIdIn(name)! }.Distinct())
        {
            try
            {
                vault.Remove(kept, cancellation);
            }
            catch (Exception e) when (e is LlmConfigException or VaultFailureException)
            {
                // It did not keep it as it should; that is what is told.
                Left = isTaken ? kept : Left;
            }
        }
    }

    private LlmConfigException Refused(string what, Exception? cause) => new(
        LlmConfigErrorCode.VaultUnavailable,
        vault.Name,
        $"The vault '{vault.Name}' cannot keep keys. {what}",
        $"Use another vault with -Vault, such as '{LlmConfigRepository.BuiltInVault}'. A secret that is in it already can be used with -KeyName.",
        cause);
}
