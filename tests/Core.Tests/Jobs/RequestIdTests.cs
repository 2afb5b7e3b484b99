using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class RequestIdTests
{
    private readonly AVnode _vnode = new();

    [Theory]
    [InlineData(JobCommandKind.Upsert)]
    [InlineData(JobCommandKind.Cancel)]
    [InlineData(JobCommandKind.RunNow)]
    public void A_repeat_is_answered_the_same_and_changes_nothing(JobCommandKind kind)
    {
        _vnode.Create("a", delayMs: 1_000);
        var command = kind == JobCommandKind.Upsert ? _vnode.UpsertOf("a") : _vnode.AskOf(kind, "a");
        var first = _vnode.Apply(command);
        var hash = _vnode.Machine.ContentHash;

        var second = _vnode.Apply(command);

        Assert.True(first.IsOk);
        Assert.Equal(first, second);
        Assert.Equal(hash, _vnode.Machine.ContentHash);
        Assert.Empty(_vnode.Effects);
    }

    [Fact]
    public void A_repeated_create_is_answered_as_new_even_after_the_delivery()
    {
        var command = _vnode.CreateOf("a");
        var first = _vnode.Apply(command);
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Complete);

        Assert.Equal(first, _vnode.Apply(command));
    }

    [Fact]
    public void A_repeated_redrive_does_not_send_a_third_time()
    {
        _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Dead);
        var command = _vnode.AskOf(JobCommandKind.Redrive, "a");
        var first = _vnode.Apply(command);
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Dead);

        Assert.Equal(first, _vnode.Apply(command));
        Assert.Equal(JobState.Dead, _vnode.StateOf("a"));
    }

    [Fact]
    public void An_old_id_is_kept_while_fewer_than_four_newer_exist()
    {
        var create = _vnode.CreateOf("a", delayMs: 10_000_000);
        var first = _vnode.Apply(create);
        _vnode.Now += 3_600_000;
        _vnode.Ask(JobCommandKind.RunNow, "a");
        _vnode.Ask(JobCommandKind.RunNow, "a");
        _vnode.Ask(JobCommandKind.RunNow, "a");

        Assert.Equal(first, _vnode.Apply(create));
    }

    [Fact]
    public void A_young_id_is_kept_however_many_newer_exist()
    {
        var create = _vnode.CreateOf("a", delayMs: 10_000_000);
        var first = _vnode.Apply(create);
        _vnode.Now += 60_000;
        for (var i = 0; i < 20; i++)
        {
            _vnode.Ask(JobCommandKind.RunNow, "a");
        }

        Assert.Equal(first, _vnode.Apply(create));
    }

    [Fact]
    public void An_id_that_is_old_and_has_four_newer_is_forgotten()
    {
        var create = _vnode.CreateOf("a", delayMs: 10_000_000);
        _vnode.Apply(create);
        _vnode.Now += 60_001;
        for (var i = 0; i < 5; i++)
        {
            _vnode.Ask(JobCommandKind.RunNow, "a");
        }

        Assert.False(_vnode.Apply(create).IsNew);
    }

    [Fact]
    public void At_sixty_four_recent_ids_the_next_change_is_refused_until_they_age()
    {
        _vnode.Create("a");
        for (var i = 0; i < 63; i++)
        {
            Assert.True(_vnode.Ask(JobCommandKind.RunNow, "a").IsOk);
        }

        var hash = _vnode.Machine.ContentHash;
        Assert.Equal(ErrorCode.TooManyRequests, _vnode.Ask(JobCommandKind.RunNow, "a").Code);
        Assert.Equal(ErrorCode.TooManyRequests, _vnode.Apply(_vnode.UpsertOf("a")).Code);
        Assert.Equal(hash, _vnode.Machine.ContentHash);
        _vnode.Now += 60_001;
        Assert.True(_vnode.Ask(JobCommandKind.RunNow, "a").IsOk);
    }

    [Fact]
    public void A_job_that_was_changed_too_often_can_still_be_cancelled()
    {
        _vnode.Create("a");
        while (_vnode.Ask(JobCommandKind.RunNow, "a").IsOk)
        {
        }

        Assert.Equal(CancelResult.Won, _vnode.Ask(JobCommandKind.Cancel, "a").Cancel);
    }

    [Fact]
    public void Cancels_of_a_job_on_its_way_are_remembered_within_a_limit_and_survive_a_checkpoint()
    {
        _vnode.Create("a");
        while (_vnode.Ask(JobCommandKind.RunNow, "a").IsOk)
        {
        }

        _vnode.Claim("a");
        var cancels = new List<JobCommand>();
        for (var i = 0; i < 8; i++)
        {
            cancels.Add(_vnode.AskOf(JobCommandKind.Cancel, "a"));
            Assert.Equal(CancelResult.Stopped, _vnode.Apply(cancels[i]).Cancel);
        }

        Assert.Equal(ErrorCode.TooManyRequests, _vnode.Ask(JobCommandKind.Cancel, "a").Code);
        _vnode.Restart();
        Assert.All(cancels, cancel => Assert.Equal(CancelResult.Stopped, _vnode.Apply(cancel).Cancel));
    }

    [Theory]
    [InlineData(JobCommandKind.Create)]
    [InlineData(JobCommandKind.Upsert)]
    [InlineData(JobCommandKind.Cancel)]
    [InlineData(JobCommandKind.RunNow)]
    public void The_key_of_one_request_with_the_content_of_another_is_refused_and_changes_nothing(JobCommandKind kind)
    {
        var create = _vnode.CreateOf("a") with { RequestId = RequestId.Of(key: 7, content: 1) };
        var version = _vnode.Apply(create).Version;
        var hash = _vnode.Machine.ContentHash;

        var answer = _vnode.Apply(create with { Kind = kind, RequestId = RequestId.Of(key: 7, content: 2) });

        Assert.Equal((ErrorCode.KeyReused, version), (answer.Code, answer.Version));
        Assert.Equal(hash, _vnode.Machine.ContentHash);
        Assert.Equal(version, _vnode.Apply(create).Version);
    }

    [Fact]
    public void Ids_survive_a_checkpoint_and_an_upsert_of_the_finished_id()
    {
        _vnode.Create("a");
        var cancel = _vnode.AskOf(JobCommandKind.Cancel, "a");
        var first = _vnode.Apply(cancel);
        _vnode.Apply(_vnode.UpsertOf("a"));
        _vnode.Restart();

        Assert.Equal(first, _vnode.Apply(cancel));
        Assert.Equal(JobState.Scheduled, _vnode.StateOf("a"));
    }
}
