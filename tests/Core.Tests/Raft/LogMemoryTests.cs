using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

public sealed class LogMemoryTests
{
    private readonly RaftLog _log = new(new PayloadArena(), default, default, Configuration.Empty);

    [Fact]
    public void Entries_that_are_applied_and_on_disk_take_no_memory()
    {
        var configuration = new Configuration([TestGroup.Member(1, MemberKind.Voter)]);

        _log.AppendEvicted(new Term(1), EntryKind.Commands, new byte[100]);
        _log.AppendEvicted(new Term(2), EntryKind.Configuration, configuration.Encode());
        Append(bytes: 10);

        Assert.Equal(10, _log.WindowBytes);
        Assert.Equal(new LogIndex(3), _log.WindowFirst);
        Assert.Equal(new Term(1), _log.TermAt(new LogIndex(1)));
        Assert.Equal(1, _log.Configuration.VoterCount);
        Assert.True(_log.TryGet(new LogIndex(3), out _));
    }

    [Fact]
    public void No_entry_is_left_out_of_memory_behind_one_that_is_in_it()
    {
        Append(bytes: 10);

        Assert.Throws<InvariantViolationException>(
            () => _log.AppendEvicted(new Term(1), EntryKind.Commands, [1]));
    }

    [Fact]
    public void Beyond_its_bytes_a_log_drops_its_oldest_applied_entries()
    {
        for (var i = 0; i < 10; i++)
        {
            Append(bytes: 10);
        }

        _log.EvictBeyond(applied: new LogIndex(8), entriesMax: 100, bytesMax: 45);

        Assert.Equal(new LogIndex(7), _log.WindowFirst);
        Assert.Equal(40, _log.WindowBytes);
    }

    [Fact]
    public void What_is_not_applied_stays_however_much_it_is()
    {
        for (var i = 0; i < 10; i++)
        {
            Append(bytes: 10);
        }

        _log.EvictBeyond(applied: new LogIndex(3), entriesMax: 0, bytesMax: 0);

        Assert.Equal(new LogIndex(4), _log.WindowFirst);
    }

    [Fact]
    public void Beyond_its_entries_a_log_drops_the_oldest_however_few_bytes_they_are()
    {
        for (var i = 0; i < 10; i++)
        {
            Append(bytes: 10);
        }

        _log.EvictBeyond(applied: new LogIndex(9), entriesMax: 4, bytesMax: 1_000);

        Assert.Equal(new LogIndex(6), _log.WindowFirst);
    }

    [Fact]
    public void The_bytes_in_memory_are_those_of_the_entries_that_are_there()
    {
        for (var i = 0; i < 10; i++)
        {
            Append(bytes: 10);
        }

        _log.EvictThrough(new LogIndex(2));
        _log.TruncateFrom(new LogIndex(9));
        var afterTruncation = _log.WindowBytes;
        _log.Restore(new LogIndex(20), new Term(1), Configuration.Empty);

        Assert.Equal((60, 0), (afterTruncation, _log.WindowBytes));
    }

    private void Append(int bytes) => _log.Append(new Term(2), EntryKind.Commands, new byte[bytes]);
}
