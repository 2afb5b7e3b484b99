namespace TimeMachine.Core.Raft;

/// <content>Linearizable reads (ReadIndex, thesis 6.4): no entry in the log, no clock.</content>
public sealed partial class RaftCore
{
    private readonly List<(ulong Token, long Round, LogIndex ReadIndex)> _waitingReads = [];

    /// <summary>Whether a round of heartbeats is on its way that no quorum has answered yet.</summary>
    public bool IsRoundOpen =>
        Role == RaftRole.Leader && QuorumOf(long.MaxValue, static peer => peer.Round) < _round;

    /// <summary>Asks for a linearizable read: confirmed by a round of heartbeats begun after it.</summary>
    /// <param name="token">Comes back in <see cref="RaftReady.Reads"/> with the index to wait for.</param>
    public ReadStatus RequestRead(ulong token)
    {
        if (Role != RaftRole.Leader)
        {
            return ReadStatus.NotLeader;
        }

        // Before that the commit index may be behind what an earlier leader has answered for (paper 8).
        if (!HasCommittedInTerm)
        {
            return ReadStatus.TermNotReady;
        }

        if (_waitingReads.Count >= _options.ReadsMax)
        {
            return ReadStatus.Overloaded;
        }

        _waitingReads.Add((token, _round + 1, CommitIndex));
        ConfirmReads();
        return ReadStatus.Accepted;
    }

    /// <summary>Confirms the reads whose round a quorum has answered.</summary>
    private void ConfirmReads()
    {
        if (_waitingReads.Count == 0)
        {
            return;
        }

        var confirmed = QuorumOf(long.MaxValue, static peer => peer.Round);
        var done = 0;
        while (done < _waitingReads.Count && _waitingReads[done].Round <= confirmed)
        {
            _reads.Add(new ReadResult(_waitingReads[done].Token, _waitingReads[done].ReadIndex, IsConfirmed: true));
            done++;
        }

        _waitingReads.RemoveRange(0, done);
    }

    private void DropReads()
    {
        foreach (var read in _waitingReads)
        {
            _reads.Add(new ReadResult(read.Token, default, IsConfirmed: false));
        }

        _waitingReads.Clear();
    }
}
