using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Core.Node;

/// <content>What other nodes say beside Raft.</content>
public sealed partial class NodeCore
{
    /// <summary>Takes in a message of another node.</summary>
    /// <param name="bytes">The encoded message.</param>
    /// <param name="now">The time.</param>
    /// <param name="output">Takes what a full entry refuses.</param>
    /// <returns>Why it was dropped; none if it was taken.</returns>
    public ErrorCode Receive(ReadOnlyMemory<byte> bytes, MonoMs now, NodeOutput output)
    {
        var error = NodeMessage.TryDecode(bytes, out var message);
        if (error != ErrorCode.None)
        {
            return error;
        }

        switch (message.Kind)
        {
            case NodeMessageKind.LeaseRequest:
                error = LeaseCodec.TryRead(message.Body.Span, out LeaseRequest? request);
                if (request is not null)
                {
                    _granter?.OnRequest(request, now);
                }

                return error;
            case NodeMessageKind.LeaseResponse:
                error = LeaseCodec.TryRead(message.Body.Span, out LeaseResponse? response);
                if (response is not null)
                {
                    TakeResponse(response, now);
                }

                return error;
            case NodeMessageKind.ForwardOutcomes:
                TakeForwarded(message);
                return ErrorCode.None;
            case NodeMessageKind.FenceRequest or NodeMessageKind.FenceResponse:
                error = RouteFence.TryRead(message.Body.Span, out var fence);
                if (fence is not null)
                {
                    TakeFence(message, fence, now, output);
                }

                return error;
            default:
                return ErrorCode.MalformedFormat;
        }
    }

    private void TakeFence(in NodeMessage message, RouteFence fence, MonoMs now, NodeOutput output)
    {
        if (message.Kind == NodeMessageKind.FenceRequest)
        {
            FenceLed(message.From, fence, now, output);
        }
        else
        {
            TakeFenced(fence);
        }
    }
}
