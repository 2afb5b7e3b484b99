namespace TimeMachine.Chaos;

/// <summary>What a recipient does with a request.</summary>
internal enum Manner
{
    /// <summary>Answers it, and keeps the connection.</summary>
    Answer = 1,

    /// <summary>Sees its bytes, and closes the connection without taking them.</summary>
    CloseUnread = 2,

    /// <summary>Takes it, and closes the connection without an answer.</summary>
    CloseRead = 3,
}
