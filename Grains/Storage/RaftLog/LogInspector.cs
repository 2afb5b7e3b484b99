using System.Globalization;
using System.Text;
using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.RaftLog;

/// <summary>
/// Looks at a node's log from outside and tells what is in it. Changes nothing; the log may be damaged or in use. Takes
/// as much memory as the log's files are long, twice if something is found.
/// </summary>
public static class LogInspector
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>Prints the slots and the groups.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The log's directory.</param>
    /// <param name="output">Where to.</param>
    /// <returns>Whether everything checks, as <see cref="Verify"/> would say.</returns>
    public static bool Inspect(IFileSystem files, string directory, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(output);
        using var survey = LogSurvey.Of(files, directory);
        var text = new StringBuilder();
        text.Append(Invariant, $"log {survey.LogId:x16}, segments of {survey.SegmentBytes} bytes\n");
        AppendSlots(text, survey);
        if (survey.Recovered is { Status: LogRecoveryStatus.Recovered } recovered)
        {
            AppendGroups(text, recovered);
            AppendEnd(text, recovered);
        }

        AppendFindings(text, survey);
        output.Write(text);
        return survey.Findings.Count == 0;
    }

    /// <summary>Checks every byte that means something, and names what is not as it was written.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The log's directory.</param>
    /// <param name="output">Where to.</param>
    /// <returns>Whether everything checks. A torn tail does: it was never acknowledged.</returns>
    public static bool Verify(IFileSystem files, string directory, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(output);
        using var survey = LogSurvey.Of(files, directory);
        var text = new StringBuilder();
        AppendFindings(text, survey);
        output.Write(text);
        return survey.Findings.Count == 0;
    }

    private static void AppendSlots(StringBuilder text, LogSurvey survey)
    {
        text.Append("file          epoch  state    batches  bytes used\n");
        foreach (var slot in survey.Slots)
        {
            var state = survey.StateOf(slot);
            text.Append(Invariant, $"{slot.Slot:D5}.log  {slot.Epoch,7}  {state,-7}  ");
            text.Append(Invariant, $"{slot.Batches,7}  {slot.BytesUsed,10}\n");
        }
    }

    private static void AppendGroups(StringBuilder text, LogRecoveryResult recovered)
    {
        text.Append("group  status   replica              term  vote                 first  last   configuration\n");
        foreach (var group in recovered.Groups)
        {
            var status = group.Status == GroupStatus.Ok ? "ok" : "DAMAGED";
            text.Append(Invariant, $"{group.Group.Value,5}  {status,-7}  ");
            text.Append(Invariant, $"{group.Replica.Value,-19}  {group.Term.Value,4}  {group.Vote.Value,-19}  ");
            text.Append(Invariant, $"{group.BaseIndex.Value + 1,5}  {group.BaseIndex.Value + group.Entries.Count,5}  ");
            text.Append(Invariant, $"{Describe(ConfigurationOf(group))}\n");
        }

        foreach (var (group, replica) in recovered.DeadReplicas)
        {
            text.Append(Invariant, $"{group.Value,5}  dead     {replica.Value}\n");
        }
    }

    private static void AppendEnd(StringBuilder text, LogRecoveryResult recovered)
    {
        var cut = recovered.IsTailCut ? ", a torn tail behind it" : "";
        text.Append(Invariant, $"ends in slot {recovered.TailSlot} at {recovered.TailOffset}{cut}\n");
    }

    private static void AppendFindings(StringBuilder text, LogSurvey survey)
    {
        foreach (var finding in survey.Findings)
        {
            text.Append(Invariant, $"BAD {finding}\n");
        }

        text.Append(survey.Findings.Count == 0 ? "all is well\n" : "");
    }

    private static ReadOnlyMemory<byte> ConfigurationOf(RecoveredGroup group)
    {
        for (var at = group.Entries.Count - 1; at >= 0; at--)
        {
            if (group.Entries[at].Kind == LogFormat.ConfigurationEntryKind)
            {
                return group.Entries[at].Payload;
            }
        }

        return group.BaseConfiguration;
    }

    private static string Describe(ReadOnlyMemory<byte> encoded)
    {
        if (!Configuration.TryDecode(encoded.Span, out var configuration))
        {
            return string.Create(Invariant, $"{encoded.Length} bytes");
        }

        var members = new List<string>();
        foreach (var member in configuration.Members)
        {
            var kind = member.Kind == MemberKind.Voter ? "voter" : "learner";
            members.Add(string.Create(Invariant, $"{kind} {member.Replica.Value} on {member.Node.Value}"));
        }

        return string.Join(", ", members);
    }
}
