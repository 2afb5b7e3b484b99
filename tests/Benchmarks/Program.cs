using TimeMachine.Benchmarks;

const string Usage = "usage: dotnet run -c Release --project tests/Benchmarks -- engine [seconds a row, default 3]";
if (args.Length is 0 or > 2 || args[0] != "engine")
{
    Console.Error.WriteLine(Usage);
    return 2;
}

var seconds = 3;
if (args.Length == 2 && (!int.TryParse(args[1], out seconds) || seconds is < 1 or > 600))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

return EngineBenchmark.Run(TimeSpan.FromSeconds(seconds));
