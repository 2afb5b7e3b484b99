using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class ReplicaTests
{
    [Fact]
    public void An_entry_out_of_turn_stops_the_replica()
    {
        var vnode = new AVnode();
        var payload = new CommandBatch();
        payload.TryAdd(vnode.CreateOf("a"));
        var bytes = payload.Payload.ToArray();

        foreach (var index in new[] { 0, 2 })
        {
            Assert.Throws<InvariantViolationException>(() => vnode.Machine.Apply(
                new LogIndex(index), new Term(1), EntryKind.Commands, bytes, new ApplyOutput()));
        }
    }

    [Fact]
    public void Entries_without_commands_move_the_applied_index_only()
    {
        var vnode = new AVnode();
        var hash = vnode.Machine.ContentHash;

        vnode.Machine.Apply(new LogIndex(1), new Term(1), EntryKind.Empty, default, new ApplyOutput());
        vnode.Machine.Apply(new LogIndex(2), new Term(1), EntryKind.Configuration, new byte[] { 1 }, new ApplyOutput());

        Assert.Equal(new LogIndex(2), vnode.Machine.Applied);
        Assert.Equal(hash, vnode.Machine.ContentHash);
    }

    [Fact]
    public void A_checkpoint_holds_the_claims()
    {
        var vnode = new AVnode();
        vnode.Create("a");
        var claim = vnode.Claim("a");
        vnode.Ask(JobCommandKind.Cancel, "a");

        vnode.Restart();

        var open = Assert.Single(vnode.Machine.OpenClaims);
        Assert.Equal((claim, true), (open.Number, open.IsStopped));
        vnode.Resolve("a", claim, OutcomeKind.Complete);
        Assert.Equal(JobState.Delivered, vnode.StateOf("a"));
    }

    [Fact]
    public void A_checkpoint_holds_late_inserts()
    {
        var vnode = new AVnode();
        vnode.Create("a");

        vnode.Restart();

        Assert.False(vnode.AdvanceDueFloor(vnode.Now + 1, new LogIndex(0)).IsOk);
    }

    [Fact]
    public void The_rows_of_an_image_are_the_whole_state()
    {
        var vnode = new AVnode();
        vnode.Create("a");
        vnode.Claim("a");
        vnode.Machine.WriteCheckpoint();
        var rows = new List<StoredRow>();
        vnode.Store.Scan([], [0xFF], int.MaxValue, rows);
        var copy = new MemoryRowStore();
        rows.ForEach(row => copy.Put(row.Key.Span, row.Value.Span));

        var machine = JobStateMachine.Load(copy, vnode.Options);

        Assert.Equal(vnode.Machine.ContentHash, machine.ContentHash);
        Assert.Equal(vnode.Machine.LogTime, machine.LogTime);
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_and_never_half_read()
    {
        var vnode = new AVnode();
        vnode.Create("a");
        vnode.Claim("a");
        vnode.Machine.WriteCheckpoint();
        Assert.True(vnode.Store.TryGet(RowKeys.Meta, out var meta));

        for (var length = 0; length < meta.Length; length++)
        {
            vnode.Store.Put(RowKeys.Meta, meta.Span[..length]);
            Assert.Throws<InvariantViolationException>(() => JobStateMachine.Load(vnode.Store, vnode.Options));
        }
    }
}
