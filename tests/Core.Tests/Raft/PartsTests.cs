using CsCheck;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>The parts of the core against slow, obvious oracles.</summary>
public sealed class PartsTests
{
    [Fact]
    public void A_quorum_has_reached_the_highest_value_that_a_majority_has()
    {
        Gen.Long[0, 20].Array[1, 7].Sample(
            values =>
            {
                var oracle = values.Max(candidate =>
                    values.Count(value => value >= candidate) >= (values.Length / 2) + 1 ? candidate : long.MinValue);
                Assert.Equal(oracle, Quorum.Reached(values.ToArray()));
            },
            iter: 1_000, seed: "0000000000001", threads: 1);
    }

    [Fact]
    public void Any_two_quorums_of_neighbouring_configurations_overlap()
    {
        for (var voters = 1; voters < Configuration.VotersMax; voters++)
        {
            var smaller = (voters / 2) + 1;
            var larger = ((voters + 1) / 2) + 1;
            Assert.True(smaller + larger > voters + 1);
        }
    }

    [Fact]
    public void A_quorum_of_nobody_is_refused()
    {
        Assert.Throws<InvariantViolationException>(() => Quorum.Reached([]));
        Assert.Throws<InvariantViolationException>(() => Quorum.Reached(new long[8]));
    }

    /// <summary>Appends, truncations, evictions and compactions against plain lists.</summary>
    [Fact]
    public void A_log_answers_as_a_plain_list_does()
    {
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 40]).Array[1, 60].Sample(
            steps =>
            {
                var model = new LogModel();
                foreach (var (kind, amount) in steps)
                {
                    model.Do(kind, amount);
                    model.AssertSame();
                }
            },
            iter: 60, seed: "0000000000002", threads: 1);
    }

    [Fact]
    public void A_log_remembers_and_rolls_back_configurations()
    {
        var one = new Configuration([TestGroup.Member(1, MemberKind.Voter)]);
        var two = one.With(new(ConfigurationChangeKind.AddLearner, TestGroup.Id(2), new NodeId(2)))!;
        var log = new RaftLog(new PayloadArena(), default, default, one);
        log.Append(new Term(1), EntryKind.Commands, [1]);
        log.Append(new Term(1), EntryKind.Configuration, two.Encode());

        var before = (log.Configuration.Members.Length, log.ConfigurationIndex);
        var earlier = log.ConfigurationAt(new LogIndex(1)).Members.Length;
        log.TruncateFrom(new LogIndex(2));

        Assert.Equal((2, new LogIndex(2)), before);
        Assert.Equal(1, earlier);
        Assert.Equal((1, new LogIndex(0)), (log.Configuration.Members.Length, log.ConfigurationIndex));
    }

    [Fact]
    public void A_log_refuses_what_cannot_be()
    {
        var log = new RaftLog(new PayloadArena(), new LogIndex(5), new Term(2), Configuration.Empty);

        Assert.Throws<InvariantViolationException>(() => log.Append(new Term(1), EntryKind.Commands, []));
        Assert.Throws<InvariantViolationException>(() => log.Append(new Term(2), EntryKind.Configuration, [9]));
        Assert.Throws<InvariantViolationException>(() => log.TruncateFrom(new LogIndex(5)));
        Assert.Throws<InvariantViolationException>(() => log.TermAt(new LogIndex(4)));
        Assert.Throws<InvariantViolationException>(() => log.TermAt(new LogIndex(6)));
        Assert.Throws<InvariantViolationException>(() => log.CompactThrough(new LogIndex(6)));
        Assert.Equal(new Term(2), log.TermAt(new LogIndex(5)));
    }

    [Fact]
    public void Payload_memory_is_used_again_once_all_of_a_slab_is_evicted()
    {
        var arena = new PayloadArena();
        var slabs = new HashSet<PayloadSlab>(ReferenceEqualityComparer.Instance);
        var payload = new byte[1_000];
        for (var round = 0; round < 20; round++)
        {
            var held = new List<PayloadSlab?>();
            for (var i = 0; i < 500; i++)
            {
                arena.Copy(payload, out var slab);
                held.Add(slab);
                slabs.Add(slab!);
            }

            held.ForEach(arena.Release);
        }

        Assert.InRange(slabs.Count, 2, 4);
    }

    [Fact]
    public void A_slab_with_a_live_payload_is_never_used_again()
    {
        var arena = new PayloadArena();
        var kept = arena.Copy("kept"u8, out _);
        for (var i = 0; i < 2_000; i++)
        {
            arena.Copy(new byte[1_000], out var slab);
            arena.Release(slab);
        }

        Assert.Equal("kept"u8.ToArray(), kept.ToArray());
    }

    [Fact]
    public void A_large_payload_stands_alone()
    {
        var memory = new PayloadArena().Copy(new byte[PayloadArena.SlabBytes], out var slab);

        Assert.Equal(PayloadArena.SlabBytes, memory.Length);
        Assert.Null(slab);
    }

    [Fact]
    public void A_window_frees_what_an_answer_covers()
    {
        var window = new InFlightWindow();
        for (var i = 1; i <= 20; i++)
        {
            window.Add(new LogIndex(i * 10), 100);
        }

        window.FreeThrough(new LogIndex(55));
        window.FreeFirst();

        Assert.Equal((14, 1_400L), (window.Count, window.Bytes));
        window.Clear();
        window.FreeFirst();
        Assert.Equal((0, 0L), (window.Count, window.Bytes));
    }

    [Fact]
    public void A_configuration_comes_back_from_its_binary_form()
    {
        var configuration = new Configuration(
            [TestGroup.Member(3, MemberKind.Learner), TestGroup.Member(1, MemberKind.Voter)]);

        var bytes = configuration.Encode();

        Assert.Equal("0102010000000000000001000103000000000000000300" + "02", Convert.ToHexString(bytes));
        Assert.True(Configuration.TryDecode(bytes, out var read));
        Assert.Equal(configuration.Members.ToArray(), read.Members.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0200")]
    [InlineData("0101010000000000000001000100")]
    [InlineData("010101000000000000000100")]
    [InlineData("01010100000000000000010003")]
    [InlineData("01010000000000000000010001")]
    [InlineData("01010100000000000000000001")]
    [InlineData("0102030000000000000001000101000000000000000300" + "02")]
    [InlineData("0102010000000000000001000101000000000000000300" + "02")]
    [InlineData("0141")]
    public void A_malformed_configuration_is_refused(string hex) =>
        Assert.False(Configuration.TryDecode(Convert.FromHexString(hex), out _));

    [Fact]
    public void A_configuration_keeps_its_limits()
    {
        var voters = Enumerable.Range(1, 7).Select(id => TestGroup.Member(id, MemberKind.Voter));
        var full = new Configuration(voters.Append(TestGroup.Member(8, MemberKind.Learner)));
        var crowd = new Configuration(Enumerable.Range(1, 64).Select(id => TestGroup.Member(id, MemberKind.Learner)));

        Assert.Null(full.With(new(ConfigurationChangeKind.Promote, TestGroup.Id(8), new NodeId(8))));
        Assert.Null(crowd.With(new(ConfigurationChangeKind.AddLearner, TestGroup.Id(65), new NodeId(65))));
        Assert.Null(full.With(new(ConfigurationChangeKind.AddLearner, TestGroup.Id(9), new NodeId(1))));
        Assert.Null(full.With(new(ConfigurationChangeKind.AddLearner, ReplicaId.None, new NodeId(9))));
        Assert.Equal(4, full.Quorum);
    }

    [Fact]
    public void Options_name_what_is_out_of_range()
    {
        Assert.Null(new RaftOptions().Check());
        Assert.Contains("HeartbeatMs", new RaftOptions { HeartbeatMs = 1 }.Check(), StringComparison.Ordinal);
        Assert.Contains("ElectionMinMs", new RaftOptions { ElectionMinMs = 249 }.Check(), StringComparison.Ordinal);
        Assert.Contains("ElectionMaxMs", new RaftOptions { ElectionMaxMs = 300 }.Check(), StringComparison.Ordinal);
        Assert.Contains("WindowBytesMax", new RaftOptions { WindowBytesMax = 1 }.Check(), StringComparison.Ordinal);
        Assert.Contains("AppendBytesMax", new RaftOptions { AppendBytesMax = 1 }.Check(), StringComparison.Ordinal);
        Assert.Contains("ReadsMax", new RaftOptions { ReadsMax = 0 }.Check(), StringComparison.Ordinal);
    }

    private sealed class LogModel
    {
        private readonly RaftLog _log = new(new PayloadArena(), default, default, Configuration.Empty);
        private readonly List<long> _terms = [0];
        private int _snapshot;
        private int _evicted;

        public void Do(int kind, int amount)
        {
            var last = _terms.Count - 1;
            switch (kind)
            {
                case <= 5:
                    Append(amount);
                    break;
                case 6 when last > _snapshot:
                    var from = Math.Max(_snapshot + 1, last - amount);
                    _log.TruncateFrom(new LogIndex(from));
                    _terms.RemoveRange(from, _terms.Count - from);
                    _evicted = Math.Min(_evicted, from - 1);
                    break;
                case 7 or 8:
                    _evicted = Math.Max(_evicted, Math.Min(last, _snapshot + amount));
                    _log.EvictThrough(new LogIndex(_evicted));
                    break;
                case 9:
                    _snapshot = Math.Min(last, _snapshot + (amount / 4));
                    _evicted = Math.Max(_evicted, _snapshot);
                    _log.CompactThrough(new LogIndex(_snapshot));
                    break;
                default:
                    break;
            }
        }

        public void AssertSame()
        {
            var last = _terms.Count - 1;
            Assert.Equal(last, _log.LastIndex.Value);
            Assert.Equal(_snapshot, _log.SnapshotIndex.Value);
            Assert.Equal(_terms[last], _log.LastTerm.Value);
            Assert.Equal(_evicted + 1, _log.WindowFirst.Value);
            for (var i = _snapshot; i <= last; i++)
            {
                Assert.Equal(_terms[i], _log.TermAt(new LogIndex(i)).Value);
                Assert.Equal(i > _evicted, _log.TryGet(new LogIndex(i), out var entry));
                Assert.True(i <= _evicted || BitConverter.ToInt64(entry.Payload.Span) == i + (_terms[i] * 1_000));
            }

            for (var term = 0; term <= _terms[last] + 1; term++)
            {
                var oracle = Enumerable.Range(_snapshot, last - _snapshot + 1).LastOrDefault(
                    i => _terms[i] <= term, _snapshot);
                Assert.Equal(oracle, _log.LastWithTermAtMost(new LogIndex(last + 3), new Term(term)).Value);
            }
        }

        private void Append(int amount)
        {
            for (var i = 0; i <= amount; i++)
            {
                var term = Math.Max(1, _terms[^1] + (amount % 7 == 0 && i == 0 ? 1 : 0));
                _log.Append(new Term(term), EntryKind.Commands, BitConverter.GetBytes(_terms.Count + (term * 1_000)));
                _terms.Add(term);
            }
        }
    }
}
