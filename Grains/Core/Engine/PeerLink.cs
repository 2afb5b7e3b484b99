using TimeMachine.Core.Encoding;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <summary>
/// What goes to one peer: two lanes, the messages held back until a sync, and the window of unseen data.
/// </summary>
internal sealed class PeerLink(NodeId peer)
{
    private readonly Queue<HeldMessages> _held = new();
    private readonly Stack<ByteWriter> _spare = new();

    /// <summary>The peer.</summary>
    public NodeId Peer { get; } = peer;

    /// <summary>Control messages of this turn.</summary>
    public ByteWriter Control { get; } = new();

    /// <summary>Data messages of this turn.</summary>
    public ByteWriter Data { get; } = new();

    /// <summary>Appends that wait for the window.</summary>
    public Queue<RaftMessage> Waiting { get; } = new();

    /// <summary>Data bytes sent in our session.</summary>
    public long SentBytes { get; set; }

    /// <summary>The highest of our data bytes that the peer has told to have seen.</summary>
    public long SeenByPeerBytes { get; private set; }

    /// <summary>The peer's session.</summary>
    public ulong PeerSession { get; private set; }

    /// <summary>The highest of the peer's data bytes that we have seen in its session.</summary>
    public long SeenBytes { get; private set; }

    /// <summary>When the peer was last heard or, after a silence, given up.</summary>
    public MonoMs HeardAt { get; private set; }

    /// <summary>Whether the peer's disk takes no new work, as it told last.</summary>
    public bool IsStorageFull { get; private set; }

    /// <summary>Data bytes sent and not yet seen.</summary>
    public long UnseenBytes => SentBytes - SeenByPeerBytes;

    /// <summary>Whether anything waits for a sync.</summary>
    public bool HasHeld => _held.Count > 0;

    /// <summary>Whether something could leave in a turn.</summary>
    public bool HasOutgoing(long unseenBytesMax) =>
        Control.Length > 0 || Data.Length > 0 || (Waiting.Count > 0 && UnseenBytes < unseenBytesMax);

    /// <summary>Takes in what a batch of the peer tells.</summary>
    public void OnHeader(in PeerBatchHeader header, ulong ourSession, MonoMs now)
    {
        HeardAt = now;
        IsStorageFull = header.IsStorageFull;
        if (header.Session != PeerSession)
        {
            PeerSession = header.Session;
            SeenBytes = 0;
        }

        SeenBytes = Math.Max(SeenBytes, header.SentBytes);
        if (header.SeenSession == ourSession)
        {
            SeenByPeerBytes = Math.Clamp(header.SeenBytes, SeenByPeerBytes, SentBytes);
        }
    }

    /// <summary>Opens the window again when the peer has been silent: what was unseen counts as lost.</summary>
    public void ForgiveSilence(MonoMs now, int silenceMs)
    {
        if (UnseenBytes > 0 && now - HeardAt >= silenceMs)
        {
            SeenByPeerBytes = SentBytes;
            HeardAt = now;
        }
    }

    /// <summary>The buffer for messages that leave once <paramref name="batch"/> is synced.</summary>
    public ByteWriter HeldFor(long batch)
    {
        if (_held.Count > 0 && _lastHeld.Batch == batch)
        {
            return _lastHeld.Writer;
        }

        var writer = _spare.Count > 0 ? _spare.Pop() : new ByteWriter();
        writer.Clear();
        _lastHeld = new HeldMessages(batch, writer);
        _held.Enqueue(_lastHeld);
        return writer;
    }

    private HeldMessages _lastHeld;

    /// <summary>Lets everything go that waited for <paramref name="batch"/> or an earlier one.</summary>
    public void Release(long batch)
    {
        while (_held.Count > 0 && _held.Peek().Batch <= batch)
        {
            var held = _held.Dequeue();
            Control.Raw(held.Writer.Written);
            _spare.Push(held.Writer);
        }
    }

    private readonly record struct HeldMessages(long Batch, ByteWriter Writer);
}
