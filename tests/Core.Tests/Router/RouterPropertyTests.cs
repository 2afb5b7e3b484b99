using CsCheck;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routing;

namespace TimeMachine.Core.Tests.Router;

/// <summary>
/// A job that is created, cancelled and asked for over a network that loses and delays (and doubles answers), with
/// leaders that change: what the router says must be true of what the job's one, idempotent state did.
/// </summary>
public sealed class RouterPropertyTests
{
    [Fact]
    public void An_answer_never_lies_about_the_effect()
    {
        var worlds =
            from seed in Gen.ULong
            from loss in Gen.Int[0, 60]
            from delay in Gen.Int[1, 2_500]
            select (seed, loss, delay);

        worlds.Sample(world => Run(world.seed, world.loss, world.delay), iter: 300, seed: "0000000000000", threads: 1);
    }

    private static void Run(ulong seed, int lossPercent, int delayMsMax)
    {
        var desk = new RouterDesk(seed: seed);
        var draws = new SplitMix64(seed);
        var effects = new Dictionary<RequestId, int>();
        var mail = new PriorityQueue<Action, (long, int)>();
        var order = 0;
        var seen = 0;
        for (var request = 0; request < 4; request++)
        {
            desk.Submit(token: (ulong)request);
        }

        for (var now = 0; now < 12_000; now += 5)
        {
            for (; seen < desk.Sends.Count; seen++)
            {
                var send = desk.Sends[seen];
                if (!draws.Chance(lossPercent, 100))
                {
                    mail.Enqueue(() => Deliver(send), (now + draws.Between(0, delayMsMax), order++));
                }
            }

            while (mail.TryPeek(out var action, out var due) && due.Item1 <= now)
            {
                mail.Dequeue();
                action();
            }

            desk.RunFor(5);
        }

        Assert.Equal(4, desk.Results.Count);
        foreach (var result in desk.Results)
        {
            var id = desk.Sends.First(send => send.Request.RequestId.Value == result.Token + 1).Request.RequestId;
            ShouldBeTrue(result.Answer, effects.GetValueOrDefault(id), seed);
        }

        void Deliver(RouterSend send)
        {
            var isRefused = !effects.ContainsKey(send.Request.RequestId) && draws.Chance(2, 3);
            var code = isRefused ? Refusal(draws.Below(4)) : ErrorCode.None;
            if (!isRefused)
            {
                effects[send.Request.RequestId] = 1;
            }

            for (var copies = draws.Chance(lossPercent, 100) ? 0 : 1 + draws.Below(2); copies > 0; copies--)
            {
                desk.Router.OnAnswer(send.TryId, RouterDesk.With(code), desk.Now);
            }
        }
    }

    private static ErrorCode Refusal(long draw) => draw switch
    {
        0 => ErrorCode.NotLeader,
        1 => ErrorCode.Overloaded,
        2 => ErrorCode.ProposalLost,
        _ => ErrorCode.JobNotFound,
    };

    private static void ShouldBeTrue(in JobAnswer answer, int effects, ulong seed)
    {
        var isUnknown = answer.Code == ErrorCode.OutcomeUnknown;
        var isTrue = answer.IsOk ? effects == 1 : effects == 0;
        Assert.True(isUnknown || isTrue, $"{answer.Code} with {effects} effects, seed {seed}");
    }
}
