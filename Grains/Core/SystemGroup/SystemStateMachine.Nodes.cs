using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.SystemGroup;

/// <content>Nodes.</content>
public sealed partial class SystemStateMachine
{
    private JobAnswer AdmitNode(SystemCommand command, CommandNumber number)
    {
        if (Nodes.TryGet(command.Name, out var known))
        {
            return AdmitKnown(command, number, known);
        }

        if (Nodes.Count >= _options.NodesMax)
        {
            return new JobAnswer(ErrorCode.VNodeFull);
        }

        var node = command.Node == NodeId.None ? NextNodeId() : command.Node;
        var isValid = command.Name.Length > 0 && node.Value is > 0 and <= ushort.MaxValue;
        if (!isValid || Nodes.TryGet(node, out _))
        {
            return new JobAnswer(ErrorCode.InvalidRequest);
        }

        Write(new NodeRecord(node, command.Name, command.Incarnation, IsRetired: false, number));
        return new JobAnswer(ErrorCode.None, number) { IsNew = true };
    }

    private JobAnswer AdmitKnown(SystemCommand command, CommandNumber number, NodeRecord known)
    {
        var isSameNode = command.Node == NodeId.None || command.Node == known.Node;
        if (!isSameNode)
        {
            return new JobAnswer(ErrorCode.InvalidRequest);
        }

        var isSame = known.Incarnation == command.Incarnation;
        if (isSame && !known.IsRetired)
        {
            return new JobAnswer(ErrorCode.None, known.AdmittedAt);
        }

        if (!isSame && !known.IsRetired && command.SilentMs < _options.SilentMs)
        {
            return new JobAnswer(ErrorCode.IncarnationActive, known.AdmittedAt);
        }

        Write(known with { Incarnation = command.Incarnation, IsRetired = false, AdmittedAt = number });
        return new JobAnswer(ErrorCode.None, number) { IsNew = true };
    }

    private JobAnswer RetireNode(SystemCommand command)
    {
        if (!Nodes.TryGet(command.Name, out var known))
        {
            return new JobAnswer(ErrorCode.InvalidRequest);
        }

        Write(known with { IsRetired = true });
        return new JobAnswer(ErrorCode.None, known.AdmittedAt) { IsNew = !known.IsRetired };
    }

    private NodeId NextNodeId()
    {
        var highest = 0;
        foreach (var known in Nodes.List())
        {
            highest = Math.Max(highest, known.Node.Value);
        }

        return new NodeId(highest + 1);
    }

    private void Write(NodeRecord record)
    {
        Nodes.Put(record);
        _rows.Value.Clear();
        _rows.Value.Bytes(System.Text.Encoding.UTF8.GetBytes(record.Name));
        _rows.Value.U64(record.Incarnation);
        _rows.Value.Bool(record.IsRetired);
        _rows.Value.VarI64(record.AdmittedAt.Value);
        _rows.Put(_rows.NodeKeyOf(record.Node));
    }
}
