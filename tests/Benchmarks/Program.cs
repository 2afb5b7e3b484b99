using TimeMachine.Benchmarks;
using TimeMachine.Benchmarks.Storage;

const string Usage = "usage: dotnet run -c Release --project tests/Benchmarks -- engine [seconds a row, default 3]\n"
    + BenchmarkOptions.Usage;
switch (args)
{
    case ["engine"]:
        return EngineBenchmark.Run(TimeSpan.FromSeconds(3));
    case ["engine", var text] when int.TryParse(text, out var seconds) && seconds is >= 1 and <= 600:
        return EngineBenchmark.Run(TimeSpan.FromSeconds(seconds));
    case ["storage", ..] when BenchmarkOptions.Parse(args.AsSpan(1)) is { } options:
        return StorageBenchmark.Run(options) ? 0 : 1;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
