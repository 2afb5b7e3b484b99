using System.Globalization;
using TimeMachine.StorageFaults;

const string Usage = """
    dotnet run -c Release --project tests/StorageFaults -- [kills|errors|full]... [--rounds N | --minutes M]
        [--full-minutes F] [--seed S] [--directory D]
      kills   ends a writer process by kill -9 again and again, and looks after each time whether all that it
              acknowledged is there
      errors  as kills, but each life ends with a failed sync that loses what it should have made durable
      full    a disk that is full for F minutes under load: creates are refused, the rest goes on, and all is well
              when there is room again
      All three if none is named. A loop has 200 rounds if nothing is said; the disk is full for 10 minutes.
      The directory is emptied first, and removed if all is well.
    """;

if (args is ["writer", var path, var life, var failAtSync])
{
    var invariant = CultureInfo.InvariantCulture;
    return JobWriter.Run(
        path, int.Parse(life, invariant), int.Parse(failAtSync, invariant), Console.OpenStandardOutput());
}

if (args is ["sync", var file])
{
    return SyncOnce.Run(file, Console.Out);
}

string[] loops = ["kills", "errors", "full"];
var wanted = args.TakeWhile(loops.Contains).Distinct().ToList();
if (FaultLoopOptions.Parse(args[args.TakeWhile(loops.Contains).Count()..]) is not { } options)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

var areGood = true;
foreach (var loop in loops.Where(loop => wanted.Count == 0 || wanted.Contains(loop)))
{
    Console.WriteLine($"{loop}:");
    areGood &= loop switch
    {
        "kills" => new FaultLoop(options, WriterFault.Kill, Console.WriteLine).Run(),
        "errors" => new FaultLoop(options, WriterFault.SyncError, Console.WriteLine).Run(),
        _ => new FullDiskRun(options, Console.WriteLine).Run(),
    };
}

return areGood ? 0 : 1;
