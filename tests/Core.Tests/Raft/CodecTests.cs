using TimeMachine.Core.Encoding;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

public sealed class CodecTests
{
    private const string Head = "0702000000000000000100000000000009";

    public static TheoryData<string, string> Golden { get; } = new()
    {
        { "RequestPreVote", "01010702000000000000000100000000000009ac020b0c00" },
        { "PreVoteResponse", "01020702000000000000000100000000000009ac0201" },
        { "RequestVote", "01030702000000000000000100000000000009ac020b0c01" },
        { "VoteResponse", "01040702000000000000000100000000000009ac0201" },
        { "AppendEntries", "01050702000000000000000100000000000009ac020b0c0a020a000000ac0202026162ac020100" },
        { "AppendResponse", "01060702000000000000000100000000000009ac020b01090308" },
        { "Heartbeat", "01070702000000000000000100000000000009ac020af403" },
        { "HeartbeatResponse", "01080702000000000000000100000000000009ac02f40308" },
        { "InstallSnapshot", "01090702000000000000000100000000000009ac020b0c6300000000000000e8070102010003010203" },
        { "InstallSnapshotResponse", "010a0702000000000000000100000000000009ac026300000000000000eb0701" },
        { "TimeoutNow", "010b0702000000000000000100000000000009ac02" },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void The_binary_form_is_pinned(string kind, string hex)
    {
        var message = Example(Enum.Parse<RaftMessageKind>(kind));

        Assert.Equal(hex, Convert.ToHexString(Encode(message)).ToLowerInvariant());
    }

    [Fact]
    public void Every_kind_comes_back_as_it_was()
    {
        foreach (var kind in Enum.GetValues<RaftMessageKind>())
        {
            var message = Example(kind);
            var bytes = Encode(message);
            var position = 0;

            Assert.True(RaftMessageCodec.TryRead(bytes, ref position, out var read));

            Assert.Equal(bytes.Length, position);
            Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(Encode(read)));
            Assert.Equal(message.EntriesBytes.ToArray(), read.EntriesBytes.ToArray());
            Assert.Equal(message.ChunkBytes.ToArray(), read.ChunkBytes.ToArray());
            Assert.Equal(Plain(message), Plain(read));
        }
    }

    [Fact]
    public void Messages_lie_behind_each_other_in_a_batch()
    {
        byte[] bytes =
        [
            .. Encode(Example(RaftMessageKind.Heartbeat)),
            .. Encode(Example(RaftMessageKind.AppendEntries)),
            .. Encode(Example(RaftMessageKind.TimeoutNow)),
        ];
        var position = 0;
        var kinds = new List<RaftMessageKind>();
        while (position < bytes.Length)
        {
            Assert.True(RaftMessageCodec.TryRead(bytes, ref position, out var message));
            kinds.Add(message.Kind);
        }

        Assert.Equal([RaftMessageKind.Heartbeat, RaftMessageKind.AppendEntries, RaftMessageKind.TimeoutNow], kinds);
    }

    [Fact]
    public void Entries_come_from_the_senders_log()
    {
        var log = new RaftLog(new PayloadArena(), default, default, Configuration.Empty);
        log.Append(new Term(3), EntryKind.Commands, "ab"u8);
        log.Append(new Term(4), EntryKind.Empty, []);
        var message = Example(RaftMessageKind.TimeoutNow) with
        {
            Kind = RaftMessageKind.AppendEntries,
            EntriesFirst = new LogIndex(1),
            EntryCount = 2,
        };
        var writer = new ByteWriter();
        RaftMessageCodec.Write(writer, message, log);
        var position = 0;

        Assert.True(RaftMessageCodec.TryRead(writer.Written.ToArray(), ref position, out var read));

        var reader = new ByteReader(read.EntriesBytes.Span);
        Assert.True(RaftMessageCodec.TryReadEntry(ref reader, out var term, out var kind, out var payload));
        Assert.Equal((new Term(3), EntryKind.Commands), (term, kind));
        Assert.Equal("ab", System.Text.Encoding.UTF8.GetString(payload));
        Assert.True(RaftMessageCodec.TryReadEntry(ref reader, out term, out kind, out _));
        Assert.Equal((new Term(4), EntryKind.Empty), (term, kind));
        Assert.True(reader.AtEnd);
    }

    [Fact]
    public void A_newer_version_an_unknown_kind_and_every_cut_are_refused()
    {
        foreach (var kind in Enum.GetValues<RaftMessageKind>())
        {
            var bytes = Encode(Example(kind));
            for (var length = 0; length < bytes.Length; length++)
            {
                AssertRefused(bytes[..length]);
            }

            AssertRefused([2, .. bytes[1..]]);
            AssertRefused([1, 99, .. bytes[2..]]);
        }

        var beyond = 5;
        Assert.False(RaftMessageCodec.TryRead(new byte[3], ref beyond, out _));
    }

    [Fact]
    public void A_number_beyond_any_life_is_refused()
    {
        byte[] bytes = [1, 11, .. Convert.FromHexString(Head), .. Convert.FromHexString("ffffffffffffffff7f")];

        AssertRefused(bytes);
    }

    [Fact]
    public void Random_and_mutated_bytes_never_crash_and_never_reach_beyond_the_input()
    {
        var random = new SplitMix64(77);
        for (var round = 0; round < 30_000; round++)
        {
            var kind = (RaftMessageKind)random.Between(1, 11);
            var bytes = Encode(Example(kind));
            for (var i = random.Between(1, 4); i > 0; i--)
            {
                bytes[random.Below(bytes.Length)] = (byte)random.Next();
            }

            var position = 0;
            if (RaftMessageCodec.TryRead(bytes, ref position, out var message))
            {
                Assert.InRange(position, 1, bytes.Length);
                Assert.True(message.EntriesBytes.Length + message.ChunkBytes.Length <= bytes.Length);
            }
            else
            {
                Assert.Equal(0, position);
            }
        }
    }

    internal static RaftMessage Example(RaftMessageKind kind)
    {
        var message = new RaftMessage
        {
            Kind = kind,
            Group = new GroupId(7),
            From = new ReplicaId(2),
            To = new ReplicaId(0x0900000000000001),
            Term = new Term(300),
        };
        return kind switch
        {
            RaftMessageKind.RequestPreVote or RaftMessageKind.RequestVote =>
                message with { Index = new(11), LogTerm = new(12), IsForced = kind == RaftMessageKind.RequestVote },
            RaftMessageKind.PreVoteResponse or RaftMessageKind.VoteResponse => message with { IsRejected = true },
            RaftMessageKind.AppendEntries => message with
            {
                Index = new(11),
                LogTerm = new(12),
                Commit = new(10),
                EntriesFirst = new(12),
                EntryCount = 2,
                EntriesBytes = Convert.FromHexString("ac0202026162ac020100"),
            },
            RaftMessageKind.AppendResponse => message with
            {
                Index = new(11),
                IsRejected = true,
                HintIndex = new(9),
                HintTerm = new(3),
                Applied = new(8),
            },
            RaftMessageKind.Heartbeat => message with { Commit = new(10), ReadRound = 500 },
            RaftMessageKind.HeartbeatResponse => message with { ReadRound = 500, Applied = new(8) },
            RaftMessageKind.InstallSnapshot => message with
            {
                Index = new(11),
                LogTerm = new(12),
                SnapshotId = 99,
                Offset = 1_000,
                IsLast = true,
                ConfigurationBytes = Configuration.Empty.Encode(),
                ChunkBytes = new byte[] { 1, 2, 3 },
            },
            RaftMessageKind.InstallSnapshotResponse => message with { SnapshotId = 99, Offset = 1_003, IsLast = true },
            _ => message,
        };
    }

    internal static byte[] Encode(in RaftMessage message)
    {
        var writer = new ByteWriter();
        RaftMessageCodec.Write(writer, message, log: null);
        return writer.Written.ToArray();
    }

    private static RaftMessage Plain(in RaftMessage message) => message with
    {
        EntriesBytes = default,
        ChunkBytes = default,
        ConfigurationBytes = default,
    };

    private static void AssertRefused(byte[] bytes)
    {
        var position = 0;
        Assert.False(RaftMessageCodec.TryRead(bytes, ref position, out _));
        Assert.Equal(0, position);
    }
}
