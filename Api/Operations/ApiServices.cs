using TimeMachine.Api.Http;

namespace TimeMachine.Api.Operations;

/// <summary>What operations are done with.</summary>
internal sealed record ApiServices(IGrainFactory Grains, IReadiness Readiness, TimeProvider Clock, BodyBudget Bodies);
