using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <summary>Knows which node works by which revision of the routes, and when a change is in force everywhere.</summary>
internal sealed class RevisionTracker(NodeRegistry nodes)
{
    private readonly Dictionary<NodeId, CommandNumber> _revisionByNode = [];
    private readonly List<(ulong Token, CommandNumber Revision, MonoMs AppliedAt)> _awaited = [];

    public bool IsWaiting => _awaited.Count > 0;

    public void OnNode(NodeId node, CommandNumber revision) => _revisionByNode[node] = revision;

    public void Await(ulong token, CommandNumber revision, MonoMs now) => _awaited.Add((token, revision, now));

    public void Clear()
    {
        _revisionByNode.Clear();
        _awaited.Clear();
    }

    /// <summary>Gives out the tokens of what is in force now.</summary>
    /// <param name="now">The present.</param>
    /// <param name="silentMs">For how long nothing was heard of a node: what it was told before is over after a
    /// while.</param>
    /// <param name="inForce">Is appended to.</param>
    public void Advance(MonoMs now, Func<NodeId, MonoMs, long> silentMs, List<ulong> inForce)
    {
        for (var i = 0; i < _awaited.Count; i++)
        {
            var (token, revision, appliedAt) = _awaited[i];
            var isOld = now - appliedAt >= LeaseTiming.FenceMs;
            if (isOld || IsConfirmedByAll(revision, now, silentMs))
            {
                inForce.Add(token);
                _awaited.RemoveAt(i--);
            }
        }
    }

    private bool IsConfirmedByAll(CommandNumber revision, MonoMs now, Func<NodeId, MonoMs, long> silentMs)
    {
        foreach (var node in nodes.List())
        {
            var isBehind = !_revisionByNode.TryGetValue(node.Node, out var confirmed) || confirmed < revision;
            if (isBehind && !node.IsRetired && silentMs(node.Node, now) < LeaseTiming.FenceMs)
            {
                return false;
            }
        }

        return true;
    }
}
