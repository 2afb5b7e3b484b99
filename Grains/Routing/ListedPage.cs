using TimeMachine.Core.Jobs;

namespace TimeMachine.Grains.Routing;

/// <summary>A page as read.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">Where the next begins; null behind the last.</param>
/// <param name="Code">Why it could not be read.</param>
internal sealed record ListedPage(IReadOnlyList<JobView> Jobs, ListCursor? Next, ErrorCode Code);
