using TimeMachine.Core.Encoding;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Tests.SystemGroup;

/// <content>What nodes do.</content>
internal sealed partial class LeaseWorld
{
    private const int StepUs = 1_000;

    private void Start(LeaseNode node)
    {
        node.Gate = new RouteGate(new RouteGateOptions(), node.Id, 7, node.Session, node.Machine.Routes);
        Step(node, node.Session);
    }

    private void Step(LeaseNode node, ulong session)
    {
        if (node.Session != session)
        {
            return;
        }

        After(StepUs, () => Step(node, session));
        if (node.Gate.TakeRequest(Clock(node)) is { } request)
        {
            Ask(node, request);
        }

        Claim(node);
        AdvanceGranter(node);
    }

    private void Claim(LeaseNode node)
    {
        node.Machine.Routes.TryGet(Key, out var route);
        for (var job = 0; job < node.Demand && node.Gate.TryReserve(route, Clock(node)); job++)
        {
            var sendBy = Clock(node) + LeaseTiming.SendWithinMs;
            var session = node.Session;
            After(CommitUs(), () => Send(node, session, route, sendBy));
        }
    }

    private void Send(LeaseNode node, ulong session, Route route, MonoMs sendBy)
    {
        if (node.Session != session)
        {
            return;
        }

        if (Clock(node) >= sendBy)
        {
            node.Gate.Unreserve(route, Clock(node), written: false);
            return;
        }

        if (!node.Gate.TryTakeWriteSlot(route, Clock(node)))
        {
            After(StepUs, () => Send(node, session, route, sendBy));
            return;
        }

        node.Written++;
        OnWritten(node);
        var isHanging = _draws.Chance(1, 10);
        var ms = isHanging ? Options.TimeoutMs : _draws.Between(1, Options.AttemptMsMax);
        After(ms * 1_000_000 / (1000 + node.DriftPerMille), () => End(node, session, route));
    }

    private void End(LeaseNode node, ulong session, Route route)
    {
        OpenAttempts--;
        After(CommitUs(), () =>
        {
            if (node.Session == session)
            {
                node.Gate.Unreserve(route, Clock(node), written: true);
            }
        });
    }

    private void Ask(LeaseNode node, LeaseRequest request)
    {
        var writer = new ByteWriter();
        LeaseCodec.Write(writer, request);
        var bytes = writer.Written.ToArray();
        var target = Leader!;
        Transmit(node, target, () =>
        {
            LeaseCodec.TryRead(bytes, out LeaseRequest? read);
            target.Granter.OnRequest(read!, Clock(target));
            AdvanceGranter(target);
        });
    }

    private void AdvanceGranter(LeaseNode node)
    {
        var output = node.Output;
        output.Clear();
        node.Granter.Advance(Clock(node), output);
        var term = node.LeadsIn;
        if (output.Proposal is { } proposal)
        {
            After(CommitUs(), () =>
            {
                if (IsLeading(node, term))
                {
                    Spread(Commit(proposal), node);
                }
            });
        }

        foreach (var read in output.Reads)
        {
            After(CommitUs(), () => Confirm(node, read, IsLeading(node, term)));
        }

        foreach (var response in output.Responses)
        {
            Respond(node, response);
        }
    }

    private void Confirm(LeaseNode node, ulong read, bool isConfirmed) => After(CommitUs(), () =>
    {
        if (isConfirmed && node.IsUp)
        {
            node.Granter.OnRead(read, isConfirmed, Clock(node));
        }
    });

    private bool IsLeading(LeaseNode node, int term) => node == Leader && term == Term && node.IsUp && !node.IsCut;

    private void Spread(int count, LeaseNode leader)
    {
        CatchUp(leader, count);
        foreach (var node in Nodes)
        {
            After(_draws.Between(0, 50_000), () => CatchUp(node, node.IsCut ? node.Applied : count));
        }
    }

    private void Respond(LeaseNode leader, LeaseResponse response)
    {
        var writer = new ByteWriter();
        LeaseCodec.Write(writer, response);
        var bytes = writer.Written.ToArray();
        var target = Nodes[response.Node.Value - 1];
        Transmit(leader, target, () =>
        {
            LeaseCodec.TryRead(bytes, out LeaseResponse? read);
            target.Gate.OnResponse(read!);
        });
    }

    private void Transmit(LeaseNode from, LeaseNode to, Action receive)
    {
        var isCut = from != to && (from.IsCut || to.IsCut || to.IsDeaf);
        var isLost = isCut || _draws.Chance(Options.LossPercent, 100);
        var copies = isLost ? 0 : _draws.Chance(Options.LossPercent, 100) ? 2 : 1;
        for (; copies > 0; copies--)
        {
            var isLong = _draws.Chance(Options.LongDelayPercent, 100);
            After(isLong ? _draws.Between(0, 3_000_000) : _draws.Between(100, 3_000), () =>
            {
                if (to.IsUp)
                {
                    receive();
                }
            });
        }
    }

    private long CommitUs() => _draws.Between(500, Options.CommitMsMax * 1000L);
}
