using System.Collections.Concurrent;

namespace TimeMachine.Grains.Hosting;

/// <summary>The thread that writes arriving images and removes what is not needed any more: nothing of it may keep a
/// node's own thread from its heartbeats.</summary>
internal sealed class ImageInstaller : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Action<Exception> _fail;
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="fail">Told of what must not happen; nothing is done after it.</param>
    public ImageInstaller(Action<Exception> fail)
    {
        _fail = fail;
        _thread = new Thread(RunAll) { Name = "images", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Does something behind all that was handed in before.</summary>
    public void Run(Action work) => _work.Add(work);

    /// <summary>Ends the thread once what was handed in is done.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void RunAll()
    {
        try
        {
            foreach (var work in _work.GetConsumingEnumerable())
            {
                work();
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _fail(error);
        }
    }
}
