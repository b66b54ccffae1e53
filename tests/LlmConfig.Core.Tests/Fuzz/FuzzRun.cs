using System.Diagnostics;

namespace LlmConfig.Tests;

/// <summary>
/// Runs cases and judges each: only an <see cref="LlmConfigException"/> with one of the codes allowed, within 50 ms, and with memory in
/// proportion to the input. A case that was slow is tried again, since other programs run on this machine too.
/// </summary>
internal sealed class FuzzRun(params LlmConfigErrorCode[] allowed)
{
    private const int Tries = 8;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    public int Cases { get; private set; }

    public int Refused { get; private set; }

    public List<string> Violations { get; } = [];

    public void Check(byte[] input, Action read)
    {
        Cases++;
        for (int attempt = 1; ; attempt++)
        {
            long start = Stopwatch.GetTimestamp();
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read();
            }
            catch (LlmConfigException e)
            {
                Refused += attempt == 1 ? 1 : 0;
                if (!allowed.Contains(e.Code))
                {
                    Violations.Add($"{e.Code}: {e.Message}\n{Show(input)}");
                    return;
                }
            }
            catch (Exception e)
            {
                Violations.Add($"{e}\n{Show(input)}");
                return;
            }

            // The file, its text, what is made of it, and the copy that is written back.
            long bound = (4L * 1024 * 1024) + (48L * input.Length);
            if (GC.GetAllocatedBytesForCurrentThread() - allocated is var used && used > bound)
            {
                Violations.Add($"{used} bytes for an input of {input.Length}\n{Show(input)}");
                return;
            }

            if (Stopwatch.GetElapsedTime(start) <= Limit)
            {
                return;
            }

            if (attempt == Tries)
            {
                Violations.Add($"slower than {Limit.TotalMilliseconds} ms each time\n{Show(input)}");
                return;
            }
        }
    }

    private static string Show(byte[] input) =>
        $"{input.Length} bytes: {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 1500)))}";
}
