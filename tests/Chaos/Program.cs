using TimeMachine.Chaos;

const string Usage = """
    dotnet run -c Release --project tests/Chaos -- [none|kill|rolling|sql|join|all]... [--nodes N] [--triggers N]
        [--creates N] [--seconds N] [--sql-seconds N] [--gap-ms N] [--first-port P] [--directory D]
        [--postgres CONNECTION --sql-stop COMMAND --sql-start COMMAND]
    Starts a cluster of processes on this machine, puts it under load (1,000 triggers and 500 creates a second), and
      none     does nothing to it
      kill     kills the node with most leaders (kill -9); it is started again
      rolling  restarts one node after the other, in good order
      sql      takes the database of members and plan away for a minute, and kills a node meanwhile
      join     takes a fourth node in and the first one out
      all      kills all nodes at once
    and looks whether each acknowledged job came, none early, and how long nothing came. All but none if none is named.
    """;

var names = args.TakeWhile(Faults.All.ContainsKey).Distinct().ToList();
if (ChaosOptions.Parse(args[args.TakeWhile(Faults.All.ContainsKey).Count()..]) is not { } options)
{
    await Console.Error.WriteLineAsync(Usage);
    return 2;
}

var areGood = true;
foreach (var name in names.Count > 0 ? names : [.. Faults.All.Keys.Where(static name => name != "none")])
{
    areGood &= await new ChaosRun(options, Console.Out).RunAsync(name);
}

if (areGood)
{
    Directory.Delete(options.Directory, recursive: true);
}

return areGood ? 0 : 1;
