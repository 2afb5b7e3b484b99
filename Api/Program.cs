using TimeMachine.Api.Hosting;

await using var app = ApiProcess.TryBuild(args, out var problem);
if (app is null)
{
    await Console.Error.WriteLineAsync(problem);
    return ApiProcess.BadConfiguration;
}

return await ApiProcess.RunAsync(app);
