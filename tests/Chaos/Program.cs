using TimeMachine.Chaos;

const string Usage = """
    dotnet run -c Release --project tests/Chaos -- [none|kill|rolling|sql|join|all|limits|hang|closes]...
        [--nodes N] [--triggers N] [--creates N] [--seconds N] [--sql-seconds N] [--gap-ms N] [--late-ms N]
        [--rate-min N] [--first-port P] [--directory D] [--postgres CONNECTION --sql-stop COMMAND --sql-start COMMAND]
    Starts a cluster of processes on this machine, puts it under load (1,000 triggers and 500 creates a second), and
      none     does nothing to it
      kill     kills the node with most leaders (kill -9); it is started again
      rolling  restarts one node after the other, in good order
      sql      takes the database of members and plan away for a minute, and kills a node meanwhile
      join     takes a fourth node in and the first one out
      all      kills all nodes at once
    and looks whether each acknowledged job came, none early, and how long nothing came. Or it looks what comes
      limits   of a route with one slot and of one with a rate, while nodes that hold shares of them are killed
      hang     of a healthy load (two fifths of the usual one), while a route with a long backlog is paused and its
               jobs are cancelled, and while another recipient falls silent
      closes   of claims whose connections the recipient closes before or after it takes the request
    All but none if none is named.
    """;

var names = args.TakeWhile(Runs.All.ContainsKey).Distinct().ToList();
if (ChaosOptions.Parse(args[args.TakeWhile(Runs.All.ContainsKey).Count()..]) is not { } options)
{
    await Console.Error.WriteLineAsync(Usage);
    return 2;
}

var areGood = true;
foreach (var name in names.Count > 0 ? names : [.. Runs.All.Keys.Where(static name => name != "none")])
{
    areGood &= await Runs.All[name](options, Console.Out);
}

if (areGood)
{
    Directory.Delete(options.Directory, recursive: true);
}

return areGood ? 0 : 1;
