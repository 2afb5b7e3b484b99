using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>The jobs of one collection; see <see cref="JobsExtensions.Jobs"/>.</summary>
/// <remarks>
/// No method throws for what a caller can do wrong: look at <see cref="Reply.Error"/>, or call
/// <see cref="ReplyExtensions.OrThrow{T}"/>. What an answer without an error says is on stable storage on a majority of
/// the replicas. Each waits longer than the nodes themselves do, so that their own word on what became of the request
/// comes first.
/// </remarks>
[Alias("timemachine.jobs")]
public interface IJobsGrain : IGrainWithStringKey
{
    /// <summary>Creates a job. The same again answers with the job as it is now.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("create")]
    public Task<JobReply> CreateAsync(JobSpec job, RequestOptions? options = null);

    /// <summary>Creates a job, or writes a new version of it if it was never attempted or is finished.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("put")]
    public Task<JobReply> PutAsync(JobSpec job, RequestOptions? options = null);

    /// <summary>Reads a job, as of the newest acknowledged change.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("get")]
    public Task<JobReply> GetAsync(string id);

    /// <summary>Cancels a job, or stops it if it was attempted: see <see cref="JobReply.Deleted"/>.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("delete")]
    public Task<JobReply> DeleteAsync(string id, RequestOptions? options = null);

    /// <summary>Makes a waiting job due now.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("run")]
    public Task<JobReply> RunAsync(string id, RequestOptions? options = null);

    /// <summary>Sends a dead or unknown job again; refused with <see cref="ErrorCodes.RouteNotFound"/> if its route is
    /// gone.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("redrive")]
    public Task<JobReply> RedriveAsync(string id, RequestOptions? options = null);

    /// <summary>Reads jobs in a stable order, page by page.</summary>
    [ResponseTimeout("00:00:30")]
    [Alias("list")]
    public Task<JobPage> ListAsync(JobQuery query);

    /// <summary>Creates up to 10,000 jobs. Each is created, or refused, on its own.</summary>
    /// <returns>A reply for each job, in their order.</returns>
    [ResponseTimeout("00:00:30")]
    [Alias("create-many")]
    public Task<BatchReply> CreateManyAsync(ImmutableArray<JobSpec> jobs, RequestOptions? options = null);
}
