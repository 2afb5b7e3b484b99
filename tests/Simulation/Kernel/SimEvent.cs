namespace TimeMachine.Simulation.Kernel;

/// <summary>One thing that happens at one moment to one target.</summary>
/// <param name="TimeUs">Virtual true time in microseconds.</param>
/// <param name="Kind">What happens; its meaning belongs to the target. Negative kinds belong to the kernel.</param>
/// <param name="Guard">A life or generation number: the target drops events of an older one.</param>
/// <param name="Argument">A number for the target.</param>
/// <param name="Payload">An object for the target, or null.</param>
public readonly record struct SimEvent(long TimeUs, int Kind, int Guard, long Argument, object? Payload);
