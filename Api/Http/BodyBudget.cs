namespace TimeMachine.Api.Http;

/// <summary>The memory that the bodies of all requests under way may take.</summary>
/// <param name="bytesMax">The most of it.</param>
internal sealed class BodyBudget(long bytesMax)
{
    private long _taken;

    /// <summary>Takes memory, or none if that would be too much.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
