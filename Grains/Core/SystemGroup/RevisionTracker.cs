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

    public void Advance(MonoMs now, List<ulong> inForce)
    {
        for (var i = 0; i < _awaited.Count; i++)
        {
            var (token, revision, appliedAt) = _awaited[i];
            var isOld = now - appliedAt >= LeaseTiming.FenceMs;
            if (isOld || IsConfirmedByAll(revision))
            {
                inForce.Add(token);
                _awaited.RemoveAt(i--);
            }
        }
    }

    private bool IsConfirmedByAll(CommandNumber revision)
    {
        foreach (var node in nodes.List())
        {
            var isBehind = !_revisionByNode.TryGetValue(node.Node, out var confirmed) || confirmed < revision;
            if (isBehind && !node.IsRetired)
            {
                return false;
            }
        }

        return true;
    }
}
