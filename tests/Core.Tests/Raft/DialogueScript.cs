using System.Globalization;
using System.Text;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>
/// Runs a dialogue of replicas written as text: one command a line, what follows from it indented below it. The form is
/// told in Scripts/README.md.
/// </summary>
internal sealed class DialogueScript
{
    private readonly StringBuilder _told = new();
    private TestGroup _group = new(1);

    /// <summary>Runs the commands and returns the script with what really followed from them.</summary>
    public string Run(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                continue;
            }

            _told.Append(line.TrimEnd()).Append('\n');
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0] != "#")
            {
                Do(words[0], words[1..]);
            }
        }

        return _told.ToString();
    }

    private void Do(string command, string[] words)
    {
        switch (command)
        {
            case "group":
                Begin(int.Parse(words[0], CultureInfo.InvariantCulture), words.Length > 2 ? Number(words[2]) : 0);
                break;
            case "log":
                _group.WithLog(Number(words[0]), [.. words.Skip(1).Select(Number)]);
                break;
            case "term":
                _group.WithTerm(Number(words[0]), Number(words[1]), words.Length > 3 ? Number(words[3]) : 0);
                break;
            case "start":
                _group.Start();
                break;
            case "settle":
                _group.Settle();
                break;
            case "deliver":
                _group.Work();
                _group.DeliverRound();
                _group.Work();
                break;
            case "advance":
                _group.Advance(Number(words[0]));
                break;
            case "state":
                _group.Work();
                TellState();
                break;
            default:
                DoFault(command, words);
                break;
        }
    }

    private void DoFault(string command, string[] words)
    {
        switch (command)
        {
            case "isolate":
                _group.Isolate(Number(words[0]));
                break;
            case "cut":
                _group.Cut(Number(words[0]), Number(words[1]));
                break;
            case "heal":
                _group.Heal();
                break;
            case "lose":
                _group.Drop = message => words.Contains(message.Kind.ToString());
                break;
            case "lose-nothing":
                _group.Drop = static _ => false;
                break;
            case "crash":
                _group.Crash(Number(words[0]));
                break;
            case "restart":
                _group.Restart(Number(words[0]));
                break;
            case "born":
                _group.AddBlank(Number(words[0]));
                break;
            case "hold-disk":
                _group[Number(words[0])].IsDiskHeld = true;
                break;
            case "free-disk":
                _group[Number(words[0])].IsDiskHeld = false;
                break;
            default:
                DoReplica(command, Number(words[0]), words[1..]);
                break;
        }
    }

    private void DoReplica(string command, int id, string[] words)
    {
        var core = _group[id].Core;
        switch (command)
        {
            case "campaign":
                core.Campaign(_group.Now);
                break;
            case "step-down":
                core.StepDown(_group.Now);
                break;
            case "heartbeat":
                core.Heartbeat(_group.Now);
                break;
            case "propose":
                Tell($"{_group.Propose(id, words[0])}");
                break;
            case "add":
                Tell($"{_group.Change(id, ConfigurationChangeKind.AddLearner, Number(words[0]))}");
                break;
            case "promote":
                Tell($"{_group.Change(id, ConfigurationChangeKind.Promote, Number(words[0]))}");
                break;
            case "remove":
                Tell($"{_group.Change(id, ConfigurationChangeKind.Remove, Number(words[0]))}");
                break;
            case "transfer":
                Tell($"{core.TransferLeadership(TestGroup.Id(Number(words[0])), _group.Now)}");
                break;
            case "read":
                Tell($"{core.RequestRead((ulong)Number(words[0]))}");
                break;
            case "compact":
                core.CompactThrough(new LogIndex(Number(words[0])));
                break;
            case "evict":
                core.Log.EvictThrough(new LogIndex(Number(words[0])));
                break;
            default:
                throw new InvalidOperationException($"no such command: {command}");
        }
    }

    private void Begin(int voters, int learners) =>
        _group = new TestGroup(voters, learners) { Delivered = message => Tell(Text(message)) };

    private void TellState()
    {
        foreach (var replica in _group.All)
        {
            if (!replica.IsUp)
            {
                Tell($"{replica.Id} down");
                continue;
            }

            var core = replica.Core;
            var members = string.Join(
                ' ', core.Configuration.Members.ToArray().Select(member => Name(member)));
            Tell($"{replica.Id} {core.Role} term {core.Term} vote {core.Vote} leader {core.Leader} "
                + $"commit {core.CommitIndex} synced {core.PersistedIndex} "
                + $"log {core.Log.SnapshotIndex}|{core.Log.Terms()} members {members}");
            foreach (var read in replica.Reads)
            {
                Tell($"  read {read.Token} {(read.IsConfirmed ? $"at {read.ReadIndex}" : "lost")}");
            }

            replica.Reads.Clear();
        }
    }

    private static string Name(Member member) =>
        member.Kind == MemberKind.Voter ? $"{member.Replica}" : $"({member.Replica})";

    private static string Text(RaftMessage message)
    {
        var text = $"{message.From}>{message.To} {message.Kind} t{message.Term}";
        var refused = message.IsRejected ? " no" : " yes";
        return message.Kind switch
        {
            RaftMessageKind.RequestPreVote or RaftMessageKind.RequestVote =>
                $"{text} last {message.Index}@{message.LogTerm}{(message.IsForced ? " forced" : "")}",
            RaftMessageKind.PreVoteResponse or RaftMessageKind.VoteResponse => text + refused,
            RaftMessageKind.AppendEntries =>
                $"{text} behind {message.Index}@{message.LogTerm} +{message.EntryCount} commit {message.Commit}",
            RaftMessageKind.AppendResponse when message.IsRejected =>
                $"{text} no at {message.Index} try {message.HintIndex}@{message.HintTerm}",
            RaftMessageKind.AppendResponse => $"{text} yes to {message.Index}",
            RaftMessageKind.Heartbeat => $"{text} commit {message.Commit} round {message.ReadRound}",
            RaftMessageKind.HeartbeatResponse => $"{text} round {message.ReadRound} applied {message.Applied}",
            RaftMessageKind.InstallSnapshot => $"{text} image {message.Index}@{message.LogTerm}",
            _ => text,
        };
    }

    private void Tell(string text) => _told.Append("    ").Append(text).Append('\n');

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
