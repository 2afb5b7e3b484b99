namespace TimeMachine.Benchmarks.Storage;

/// <summary>What several threads hand to one: taken all at once, in order of arrival.</summary>
internal sealed class Mailbox<T> : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _news = new(initialState: false);
    private List<T> _waiting = [];
    private bool _isAwaited;

    public void Post(T item)
    {
        bool isAwaited;
        lock (_gate)
        {
            _waiting.Add(item);
            isAwaited = _isAwaited;
            _isAwaited = false;
        }

        if (isAwaited)
        {
            _news.Set();
        }
    }

    /// <summary>Swaps what waits against an empty list; waits for something to come at most so long.</summary>
    public List<T> Take(List<T> empty, int waitMs)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || waitMs <= 0)
            {
                (empty, _waiting) = (_waiting, empty);
                return empty;
            }

            _isAwaited = true;
        }

        _news.WaitOne(waitMs);
        lock (_gate)
        {
            _isAwaited = false;
            (empty, _waiting) = (_waiting, empty);
            return empty;
        }
    }

    public void Dispose() => _news.Dispose();
}
