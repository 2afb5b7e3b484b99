using TimeMachine.Core.Encoding;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>Messages as a peer would say them.</summary>
internal static class Say
{
    public static RaftMessage Message(RaftMessageKind kind, int from, int to, int term) => new()
    {
        Kind = kind,
        Group = TestReplica.Group,
        From = TestGroup.Id(from),
        To = TestGroup.Id(to),
        Term = new Term(term),
    };

    public static RaftMessage RequestVote(int from, int to, int term, int lastIndex = 0, int lastTerm = 0) =>
        Message(RaftMessageKind.RequestVote, from, to, term) with
        {
            Index = new LogIndex(lastIndex),
            LogTerm = new Term(lastTerm),
        };

    public static RaftMessage RequestPreVote(int from, int to, int term, int lastIndex = 0, int lastTerm = 0) =>
        RequestVote(from, to, term, lastIndex, lastTerm) with { Kind = RaftMessageKind.RequestPreVote };

    public static RaftMessage Vote(int from, int to, int term, bool granted = true) =>
        Message(RaftMessageKind.VoteResponse, from, to, term) with { IsRejected = !granted };

    public static RaftMessage Heartbeat(int from, int to, int term, int commit = 0, long round = 1) =>
        Message(RaftMessageKind.Heartbeat, from, to, term) with { Commit = new LogIndex(commit), ReadRound = round };

    /// <summary>An append of entries of these terms behind a previous one.</summary>
    public static RaftMessage Append(
        int from, int to, int term, (int Index, int Term) previous, int[] terms, int commit = 0)
    {
        var writer = new ByteWriter();
        for (var i = 0; i < terms.Length; i++)
        {
            var text = System.Text.Encoding.UTF8.GetBytes($"{previous.Index + i + 1}@{terms[i]}");
            var index = new LogIndex(previous.Index + i + 1);
            RaftMessageCodec.WriteEntry(writer, new Entry(index, new Term(terms[i]), EntryKind.Commands, text));
        }

        return Message(RaftMessageKind.AppendEntries, from, to, term) with
        {
            Index = new LogIndex(previous.Index),
            LogTerm = new Term(previous.Term),
            Commit = new LogIndex(commit),
            EntriesFirst = new LogIndex(previous.Index + 1),
            EntryCount = terms.Length,
            EntriesBytes = writer.Written.ToArray(),
        };
    }

    public static RaftMessage Accept(int from, int to, int term, int match, int applied = 0) =>
        Message(RaftMessageKind.AppendResponse, from, to, term) with
        {
            Index = new LogIndex(match),
            Applied = new LogIndex(applied),
        };

    /// <summary>The terms of a log's entries, such as "1 1 2".</summary>
    public static string Terms(this RaftLog log)
    {
        var terms = new List<long>();
        for (var index = log.FirstIndex; index <= log.LastIndex; index += 1)
        {
            terms.Add(log.TermAt(index).Value);
        }

        return string.Join(' ', terms);
    }
}
