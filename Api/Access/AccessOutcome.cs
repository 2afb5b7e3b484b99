namespace TimeMachine.Api.Access;

/// <summary>What a request may expect.</summary>
internal enum AccessOutcome
{
    /// <summary>It is let in.</summary>
    Granted = 0,

    /// <summary>Its key is not there, or not known.</summary>
    Unauthorized = 1,

    /// <summary>Its key is known, and not for this.</summary>
    Forbidden = 2,

    /// <summary>There are no keys, and it does not come from this machine.</summary>
    NotLocal = 3,
}
