using System.Text;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>Entries of a busy vnode, drawn from a seed: creates, cancels, claims with outcomes, floors.</summary>
internal static class JobScript
{
    private static readonly RouteKey Route = RouteKey.Of("db", "hook");

    /// <summary>Draws entries of a few commands each over a small set of ids.</summary>
    public static List<ReadOnlyMemory<byte>> Draw(ulong seed, int entries, int ids)
    {
        var draw = new SplitMix64(seed);
        var script = new List<ReadOnlyMemory<byte>>();
        var versions = new Dictionary<string, CommandNumber>();
        for (var index = 1; index <= entries; index++)
        {
            var batch = new CommandBatch();
            var now = new UnixMs(1_000_000 + (index * 1_000L));
            for (var position = 0; position < 3; position++)
            {
                var id = $"job-{draw.Between(0, ids - 1)}";
                var number = CommandNumber.At(new LogIndex(index), position);
                var isAdded = batch.TryAdd(Command(ref draw, id, now, number, versions));
                Invariant.Require(isAdded);
            }

            script.Add(batch.Payload.ToArray());
        }

        return script;
    }

    private static JobCommand Command(
        ref SplitMix64 draw, string id, UnixMs now, CommandNumber number, Dictionary<string, CommandNumber> versions)
    {
        var key = JobKey.Of("db", "jobs", id);
        var kind = draw.Between(0, 9);
        if (kind < 6 || !versions.TryGetValue(id, out var version))
        {
            versions[id] = number;
            return new JobCommand
            {
                Kind = JobCommandKind.Upsert,
                RequestId = new RequestId(draw.Next()),
                Time = now,
                Key = key,
                TriggerTime = now + draw.Between(0, 60_000),
                Route = Route,
                RouteRevision = new CommandNumber(1),
                Meta = Encoding.UTF8.GetBytes($"{{\"n\":{draw.Next()}}}"),
            };
        }

        var command = new JobCommand { Kind = JobCommandKind.Cancel, Time = now, Key = key };
        return kind switch
        {
            6 => command with { RequestId = new RequestId(draw.Next()) },
            7 => command with
            {
                Kind = JobCommandKind.Claim,
                Time = now + 120_000,
                Version = version,
                Attempt = 1,
                Route = Route,
                RouteRevision = new CommandNumber(1),
                Mode = DeliveryMode.AtLeastOnce,
                TimeoutMs = 1_000,
                AttemptsMax = 5,
            },
            8 => command with
            {
                Kind = JobCommandKind.AdvanceFinishedFloor,
                Floor = now - 60_000,
                DeadFloor = now - 90_000,
            },
            _ => command with { Kind = JobCommandKind.RunNow, RequestId = new RequestId(draw.Next()) },
        };
    }
}
