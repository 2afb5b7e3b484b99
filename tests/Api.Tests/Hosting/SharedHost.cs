namespace TimeMachine.Api.Tests.Hosting;

/// <summary>One server for all tests of a class, for tests that leave nothing behind.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    internal ApiHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
