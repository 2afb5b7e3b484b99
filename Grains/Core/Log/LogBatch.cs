namespace TimeMachine.Core.Log;

/// <summary>A sealed batch on its way to the disk. It and its bytes are reused once it is reported synced.</summary>
public sealed class LogBatch
{
    private readonly List<LogOperation> _operations = new(2);

    /// <summary>Its number: one more than the batch before.</summary>
    public long Number { get; internal set; }

    /// <summary>The writes, to be done in this order; then one sync of the last one's slot makes the batch durable.</summary>
    public IReadOnlyList<LogOperation> Operations => _operations;

    /// <summary>The slot that all the writes go to: a batch never spans segments.</summary>
    public int Slot { get; internal set; }

    /// <summary>How many records it carries; 0 is an idle marker.</summary>
    public int RecordCount { get; internal set; }

    /// <summary>How many bytes its writes have.</summary>
    public int Bytes { get; internal set; }

    internal List<LogOperation> MutableOperations => _operations;
}
