using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using LlmConfig.Benchmarks;

// The child of the memory figure.
if (args is ["hold", var held])
{
    Console.WriteLine(ProcessFigures.Hold(held).ToString(CultureInfo.InvariantCulture));
    return 0;
}

long start = Stopwatch.GetTimestamp();
using var workplace = new Workplace();
Console.WriteLine($"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, .NET {Environment.Version}");
var table = new FigureTable();

string hundred = workplace.NewStore("hundred", 100);
string ten = workplace.NewStore("ten", 10);
string tenThousand = workplace.NewStore("ten-thousand", 10_000);
StoreReads.Unchanged.Add(100, hundred);
StoreReads.Unchanged.Add(10_000, tenThousand);
StoreReads.Stores.Add(100, workplace.NewStore("read-100", 100));
StoreReads.Stores.Add(10_000, workplace.NewStore("read-10000", 10_000));
table.Add(new ProcessFigures(workplace).Run(hundred));
table.Add(new CliFigures(workplace).Run(hundred));
table.Add([new ProcessFigures(workplace).NewConfiguration(), new ProcessFigures(workplace).Memory(tenThousand)]);
using (var engine = new Engine())
{
    table.Add(new EngineFigures(workplace, engine).Run(ten, tenThousand));
}

table.Add(new SecretStoreFigures(workplace).Run());
table.Add([new SearchFigures(workplace).Run()]);
table.Add(CoreFigures.Run());

table.WriteTo(Console.Out);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0} seconds"));
if (args is ["--update", var document])
{
    table.Update(document);
}

return 0;
