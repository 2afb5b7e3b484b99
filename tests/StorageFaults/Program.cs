using System.Globalization;
using TimeMachine.StorageFaults;

const string Usage = """
    dotnet run -c Release --project tests/StorageFaults -- [--rounds N | --minutes M] [--seed S] [--directory D]
      kills a writer process again and again, and looks after each time whether all that it acknowledged is there;
      200 rounds if nothing is said; the directory is emptied first, and removed if all is well
    """;

if (args is ["writer", var path, var life])
{
    return JobWriter.Run(path, int.Parse(life, CultureInfo.InvariantCulture), Console.OpenStandardOutput());
}

if (args is ["sync", var file])
{
    return SyncOnce.Run(file, Console.Out);
}

if (KillLoopOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

return new KillLoop(options, Console.WriteLine).Run() ? 0 : 1;
