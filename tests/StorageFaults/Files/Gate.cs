namespace TimeMachine.StorageFaults.Files;

/// <summary>Holds whoever comes until a test opens it.</summary>
public sealed class Gate : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ManualResetEventSlim _reached = new();
    private readonly ManualResetEventSlim _opened = new();

    /// <summary>Whether somebody came to it.</summary>
    public bool IsReached => _reached.IsSet;

    /// <summary>Waits until somebody stands before it.</summary>
    /// <exception cref="TimeoutException">Nobody comes.</exception>
    public void WaitUntilReached() => Wait(_reached, "nobody comes to the gate");

    /// <summary>Lets all pass, now and from now on.</summary>
    public void Open() => _opened.Set();

    /// <summary>Opens it, so that nobody waits for ever.</summary>
    public void Dispose() => Open();

    internal void Pass()
    {
        _reached.Set();
        Wait(_opened, "nobody opens the gate");
    }

    private static void Wait(ManualResetEventSlim awaited, string failure)
    {
        if (!awaited.Wait(Patience))
        {
            throw new TimeoutException(failure);
        }
    }
}
