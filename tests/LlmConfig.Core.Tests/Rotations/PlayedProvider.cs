using System.Net;
using System.Text;

namespace LlmConfig.Tests;

/// <summary>A provider in memory that makes, takes and revokes keys, and writes down what it was asked for.</summary>
internal sealed class PlayedProvider
{
    private int _made;

    /// <summary>The keys that work there.</summary>
    public HashSet<string> Live { get; } = [];

    public List<string> Calls { get; } = [];

    /// <summary>False while it refuses keys that it made: some need a moment.</summary>
    public bool TakesNewKeys { get; set; } = true;

    /// <summary>Called before each of its answers, with its name: make, check or revoke.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>What happens to its calls.</summary>
    public FaultPlan Plan { get; set; } = FaultPlan.None;

    public OnlineCheckSetup Online => new() { Handler = () => new Answers(this) };

    public KeyRotationSteps Steps => new() { MakeKey = Make, Revoke = (old, _) => Call("revoke", old, () => Live.Remove(old.ToPlainText())) };

    public KeyRotationSteps StepsWithoutRevoke => new() { MakeKey = Make };

    public string Create()
    {
        string key = $"sk-test-made-{++_made}-{new string((char)('a' + _made), 8)}0123";
        Live.Add(key);
        return key;
    }

    private ApiKey Make(ApiKey old) => Call("make", old, () => ApiKey.From(Create(), null));

    private T Call<T>(string name, ApiKey key, Func<T> answer) => Call(name, key.ToPlainText(), answer);

    private T Call<T>(string name, string key, Func<T> answer)
    {
        Before(name);
        Calls.Add($"{name} {key}");
        try
        {
            return Plan.Run($"provider {name}", answer);
        }
        catch (IOException e)
        {
            throw new LlmConfigException(LlmConfigErrorCode.InvalidKey, null, "The script failed.", "Try again.", e);
        }
    }

    private sealed class Answers(PlayedProvider provider) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string key = request.Headers.Authorization!.Parameter!;
            bool isTaken = provider.Call("check", key, () => provider.TakesNewKeys && provider.Live.Contains(key));
            return Task.FromResult(new HttpResponseMessage(isTaken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized)
            {
                Content = new StringContent("{\"data\":[]}", Encoding.UTF8, "application/json"),
            });
        }
    }
}
