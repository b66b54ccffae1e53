using System.Buffers;
using System.Text;

namespace LlmConfig;

/// <summary>
/// The rules of a base URL. No message repeats the URL: it could hold user info, and a parse error of
/// <see cref="Uri"/> repeats all of it.
/// </summary>
internal static class BaseUrl
{
    /// <summary>The longest URL in characters: what common servers and proxies accept in a request line.</summary>
    public const int MaximumLength = 2048;

    // RFC 1035, 2.3.4.
    private const int MaximumHostLength = 253;
    private const int MaximumLabelLength = 63;

    // The longest first. What OpenAI's, Anthropic's and Azure's SDKs add to a base URL.
    private static readonly string[] Endpoints = ["/chat/completions", "/v1/messages", "/completions", "/embeddings", "/responses", "/messages"];

    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:/._~-");

    /// <summary>The URL as it is kept: trimmed.</summary>
    /// <exception cref="LlmConfigException">InvalidBaseUrl or InsecureBaseUrl.</exception>
    public static string Validate(string url, LlmProvider provider, string target, bool allowInsecure)
    {
        string trimmed = url.Trim();
        if (Problem(trimmed) is { } problem)
        {
            string example = provider.DefaultBaseUrl ?? provider.BaseUrlExample ?? "https://llm.example.com/v1";
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidBaseUrl, target, problem, $"Give an absolute URL such as {example}.");
        }

        if (!allowInsecure && IsInsecure(trimmed))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InsecureBaseUrl,
                target,
                "The base URL is plain http to another machine: the key would cross the network unencrypted.",
                "Use https, or add -AllowInsecureBaseUrl where the network is trusted.");
        }

        return trimmed;
    }

    /// <summary>What is wrong with it as an absolute http(s) URL, or <see langword="null"/>.</summary>
    public static string? Problem(string url)
    {
        if (url.Length is 0 or > MaximumLength)
        {
            return url.Length == 0 ? "The base URL is empty." : $"The base URL is longer than {MaximumLength} characters.";
        }

        if (url.AsSpan().IndexOfAnyExcept(Plain) >= 0 && url.EnumerateRunes().Any(IsRefused))
        {
            return "The base URL holds a space, a backslash or a character that does not print.";
        }

        bool http = url.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        if (!http && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return "The base URL does not begin with https:// or http://.";
        }

        if (url.Contains('#', StringComparison.Ordinal))
        {
            return "The base URL has a fragment (#).";
        }

        int start = url.IndexOf("//", StringComparison.Ordinal) + 2;
        int end = url.AsSpan(start).IndexOfAny('/', '?');
        ReadOnlySpan<char> authority = end < 0 ? url.AsSpan(start) : url.AsSpan(start, end);
        return authority.Contains('@') ? "The base URL holds a user name or a password (before the @)."
            : IsPlain(authority, url.AsSpan(start + authority.Length)) ? null
            : HostText.IsConfusable(HostText.In(url)) ? "The host of the base URL mixes letters of several scripts, or holds a sign that looks like another one: it can be taken for another host."
            : !Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || !IsHost(parsed) ? "The base URL cannot be read as a URL."
            : null;
    }

    // Half a surrogate pair shows as U+FFFD here, and would be written to the file as that.
    private static bool IsRefused(Rune rune) => Rune.IsWhiteSpace(rune) || DisplayText.DoesNotPrint(rune) || rune.Value == '\\';

    // A name of labels (none of them in the ASCII form of another script, which has two dashes) under a top-level domain of
    // letters, no port, and a path without anything to be decoded: what most URLs are, and what the parser, which takes
    // longer than all the rest of a configuration, can find nothing wrong with.
    private static bool IsPlain(ReadOnlySpan<char> host, ReadOnlySpan<char> rest)
    {
        if (host.Length is 0 or > MaximumHostLength || rest.IndexOfAnyExcept(Plain) >= 0 || !char.IsAsciiLetter(host[^1]))
        {
            return false;
        }

        int label = 0;
        char last = '.';
        foreach (char c in host)
        {
            bool inside = char.IsAsciiLetterOrDigit(c) || (c == '-' && last is not ('.' or '-'));
            if (!inside && (c != '.' || last is '.' or '-'))
            {
                return false;
            }

            label = c == '.' ? 0 : label + 1;
            if (label > MaximumLabelLength)
            {
                return false;
            }

            last = c;
        }

        // The last label: letters alone, so that it is no number of an IP address.
        return host[(host.LastIndexOf('.') + 1)..].IndexOfAnyExcept(Letters) < 0;
    }

    /// <summary>What looks wrong with a valid base URL and may be meant so, as the end of a sentence, and the URL that is likely meant.</summary>
    public static (string What, string Better)? Warning(string url)
    {
        string path = url.Split('?', 2)[0].TrimEnd('/');
        string? tail = Endpoints.FirstOrDefault(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return tail is not null ? ($"ends in {tail}, which tools add by themselves.", path[..^tail.Length])
            : path.Length < url.TrimEnd('/').Length ? ("holds a query (?), which tools drop, or put before the path that they add.", path)
            : null;
    }

    /// <summary>True for plain http to a host other than this machine.</summary>
    public static bool IsInsecure(string url)
    {
        var parsed = new Uri(url, UriKind.Absolute);
        return parsed.Scheme == Uri.UriSchemeHttp && !IsLoopback(parsed);
    }

    /// <summary>Scheme, host and port, by which it is decided whether a key would go to another place.</summary>
    public static string? Origin(string? url) =>
        url is not null && Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) && IsHost(parsed)
            ? $"{parsed.Scheme}://{parsed.IdnHost}:{parsed.Port}".ToLowerInvariant()
            : null;

    /// <summary>The host in ASCII, with the port where it is not the scheme's own; <see langword="null"/> where there is none.</summary>
    public static string? Host(string? url) =>
        url is not null && Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) && IsHost(parsed) ? Host(parsed) : null;

    /// <summary>The same of a URL that has a host.</summary>
    public static string Host(Uri url) => url.IsDefaultPort ? url.IdnHost : FormattableString.Invariant($"{url.IdnHost}:{url.Port}");

    // Letters like the full-width @ become an @ or a / when the name is put into ASCII: another program would read
    // another host, or user info, than is seen here.
    private static bool IsHost(Uri url)
    {
        try
        {
            return url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
                || (url.IdnHost.Length > 0 && url.IdnHost.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'));
        }
        catch (UriFormatException)
        {
            // IdnHost is only worked out here, after TryCreate took the URL.
            return false;
        }
    }

    /// <summary>True when the host, as it is written, is this machine.</summary>
    public static bool IsLoopback(Uri url) => HostText.IsLoopback(HostText.In(url.OriginalString));
}
