namespace TimeMachine.Grains.Delivery;

/// <summary>Whether anything of an attempt was written.</summary>
internal sealed class AttemptWrites
{
    private volatile bool _hasBegun;

    /// <summary>Whether anything of the request may have left: set before its first byte.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>A write follows.</summary>
    public void Note() => _hasBegun = true;
}
