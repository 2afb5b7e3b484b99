namespace TimeMachine.Storage.RaftLog;

/// <summary>A thread that takes all that waits at once, in order. The first exception ends it.</summary>
internal sealed class Worker<T> : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly Action<List<T>> _work;
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private List<T> _waiting = [];
    private bool _isWoken;
    private bool _isEnding;

    public Worker(string name, Action<List<T>> work, Action<Exception> failed)
    {
        _work = work;
        _failed = failed;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public void Add(T item)
    {
        lock (_gate)
        {
            _waiting.Add(item);
            if (_isWoken)
            {
                return;
            }

            _isWoken = true;
        }

        _news.Release();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isEnding)
            {
                return;
            }

            _isEnding = true;
        }

        _news.Release();
        _thread.Join();
        _news.Dispose();
    }

    private void Run()
    {
        try
        {
            var taken = new List<T>();
            while (TryTake(ref taken))
            {
                _work(taken);
                taken.Clear();
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever it was, nothing after it may count as done: the owner ends the process.
            _failed(error);
        }
    }

    private bool TryTake(ref List<T> taken)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count > 0)
                {
                    (taken, _waiting) = (_waiting, taken);
                    return true;
                }

                _isWoken = false;
                if (_isEnding)
                {
                    return false;
                }
            }

            _news.Wait();
        }
    }
}
