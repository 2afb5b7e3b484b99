namespace TimeMachine.Core.Replication;

/// <summary>Rows as they were at one moment, in key order.</summary>
public interface IRowSource
{
    /// <summary>Reads the next row.</summary>
    /// <returns>False behind the last.</returns>
    public bool TryRead(out StoredRow row);
}
