using Microsoft.Extensions.Logging;

namespace TimeMachine.Grains.Cluster;

/// <content>What it logs.</content>
internal sealed partial class NodeService
{
    [LoggerMessage(LogLevel.Information, "Node {Node} is open as number {NodeId}, by plan {Revision}.")]
    private partial void LogOpened(string node, int nodeId, int revision);

    [LoggerMessage(LogLevel.Information, "Node {Node} has stopped.")]
    private partial void LogStopped(string node);

    [LoggerMessage(LogLevel.Warning, "The cluster's plan cannot be read just now; what is known holds: {Reason}")]
    private partial void LogPlanAway(string reason);

    [LoggerMessage(LogLevel.Information, "The cluster's plan is read again.")]
    private partial void LogPlanBack();

    [LoggerMessage(LogLevel.Critical, "Node {Node} cannot start ({Problem}): {Reason}")]
    private partial void LogCannotStart(string node, NodeStartProblem problem, string reason);

    [LoggerMessage(LogLevel.Warning, "Node {Node} stops with {GroupCount} groups that it could not hand over.")]
    private partial void LogLeftLeading(string node, int groupCount);

    [LoggerMessage(LogLevel.Warning, "A round of the cluster's keeper failed; the next comes soon.")]
    private partial void LogRoundFailed(Exception error);

    [LoggerMessage(LogLevel.Information, "{Kind} of replica {Replica:x} of group {Group} on node {NodeId}.")]
    private partial void LogStep(Core.Cluster.ReconcileKind kind, ulong replica, int group, int nodeId);

    [LoggerMessage(LogLevel.Information, "Node {Node} could not be asked just now: {Reason}")]
    private partial void LogNotAsked(string node, string reason);

    [LoggerMessage(LogLevel.Debug, "Node {Node} gives no report: {Reason}")]
    private partial void LogNoReport(string node, string reason);

    [LoggerMessage(LogLevel.Critical, "Something that must not happen did. The process ends.")]
    private partial void LogFailed(Exception error);
}
