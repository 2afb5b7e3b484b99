using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Documents;

internal static partial class OperationDocuments
{
    private static string[] NewWork =>
    [
        ErrorCodes.RouteNotFound, ErrorCodes.RouteDeleted, ErrorCodes.VNodeFull, ErrorCodes.StorageFull,
    ];

    private static Dictionary<string, OperationDocument> OfJobs => new()
    {
        ["createJob"] = new(
            JobsTag,
            "Create a job",
            "At its trigger time its meta is POSTed to its route. The same fields and meta again answer 200 with the "
                + "job as it is now; other content of that id 409. Without an id, one is made from the "
                + "Idempotency-Key, or drawn.")
        {
            Request = "JobSpec",
            Example =
                """{"id":"order-43","trigger_time":"2030-01-01T00:15:00Z","route":"hook","meta":{"order":43}}""",
            Response = "JobChange",
            Successes = NewOrSame,
            Codes = [ErrorCodes.JobExists, .. NewWork],
            HasETag = true,
        },
        ["listJobs"] = new(
            JobsTag,
            "List jobs",
            "In a stable order, page by page. A page may be shorter than its limit, even empty, and still have a "
                + "cursor: the last page has none.")
        {
            Response = "JobPage",
        },
        ["createJobs"] = new(
            JobsTag,
            "Create up to 10,000 jobs",
            "A JSON array, or a job a line (application/x-ndjson). Each job is created or refused on its own, and "
                + "the results come in the order of the jobs. A body that is no JSON creates nothing; a line that is "
                + "none refuses only itself.")
        {
            Request = "JobBatch",
            Example = """
                [{"id":"order-44","delay_ms":900000,"route":"hook","meta":{"order":44}},
                 {"id":"order-45","delay_ms":900000,"route":"hook","meta":{"order":45}}]
                """,
            Response = "BatchResults",
            Successes = new Dictionary<int, string> { [200] = "A result for each job." },
        },
        ["getJob"] = new(
            JobsTag,
            "Read a job",
            "As of the newest acknowledged change. The meta is shown byte for byte, until it is dropped with the "
                + "job's delivery.")
        {
            Response = "Job",
            Codes = [ErrorCodes.JobNotFound],
            HasETag = true,
        },
        ["putJob"] = new(
            JobsTag,
            "Create or replace a job",
            "Writes a new version, if the present one was never attempted or is finished. With If-Match only that "
                + "version is replaced, with If-None-Match: * none.")
        {
            Request = "JobSpec",
            Example = """{"delay_ms":900000,"route":"hook","mode":"at_most_once","meta":{"order":42}}""",
            Response = "JobChange",
            Successes = NewOrReplaced,
            Codes = [ErrorCodes.VersionMismatch, ErrorCodes.TooLate, ErrorCodes.TooManyRequests, .. NewWork],
            HasETag = true,
        },
        ["deleteJob"] = new(
            JobsTag,
            "Cancel a job",
            "The outcome is won if it was never attempted: nothing of it is ever sent. It is stopped if it was: no "
                + "further attempt is made, one under way may still arrive.")
        {
            Response = "JobDeletion",
            Codes =
            [
                ErrorCodes.JobNotFound, ErrorCodes.VersionMismatch, ErrorCodes.Finished, ErrorCodes.TooManyRequests,
            ],
        },
        ["runJob"] = new(
            JobsTag,
            "Run a waiting job now",
            "Writes a new version that is due now. A job that was sent already is refused (409, E005) and keeps its "
                + "own retries. If its route is gone it is refused (404, E010).")
        {
            Response = "JobChange",
            Codes =
            [
                ErrorCodes.JobNotFound, ErrorCodes.RouteNotFound, ErrorCodes.RouteDeleted, ErrorCodes.TooLate,
                ErrorCodes.Finished, ErrorCodes.BodyDropped, ErrorCodes.TooManyRequests,
            ],
            HasETag = true,
        },
        ["redriveJob"] = new(
            JobsTag,
            "Send a dead or unknown job again",
            "It keeps its version: the recipient sees the same key. If its route is gone it is refused (404, E010).")
        {
            Response = "JobChange",
            Codes =
            [
                ErrorCodes.JobNotFound, ErrorCodes.RouteNotFound, ErrorCodes.RouteDeleted, ErrorCodes.NotRedrivable,
                ErrorCodes.BodyDropped, ErrorCodes.TooManyRequests,
            ],
            HasETag = true,
        },
    };
}
