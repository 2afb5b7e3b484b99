namespace TimeMachine.Api;

/// <summary>What a key allows.</summary>
public enum ApiScope
{
    /// <summary>Nothing is needed: the health of the node.</summary>
    None = 0,

    /// <summary>To read jobs and routes, and with a key of all databases the cluster.</summary>
    Read = 1,

    /// <summary>To create, change and delete jobs.</summary>
    Write = 2,

    /// <summary>To change routes, and with a key of all databases the cluster.</summary>
    Admin = 3,
}
