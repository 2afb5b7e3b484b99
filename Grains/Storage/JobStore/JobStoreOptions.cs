using System.ComponentModel.DataAnnotations;

namespace TimeMachine.Storage.JobStore;

/// <summary>Settings of the job stores of a node.</summary>
public sealed class JobStoreOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:JobStore";

    /// <summary>The size of a compressed block before compression, in KiB: 4 to 4,096. A read of a row reads and
    /// unpacks a whole block, so small ones read faster and large ones pack better.</summary>
    [Range(4, 4_096)]
    public int BlockKib { get; set; } = 64;

    /// <summary>The least rows of a part of a segment, 1,000 to 10,000,000; a merge keeps whole parts that it need not
    /// touch.</summary>
    [Range(1_000, 10_000_000)]
    public int PartRowsMin { get; set; } = 100_000;

    /// <summary>The most rows of a part of a segment, 1,000 to 10,000,000, at least <see cref="PartRowsMin"/>.
    /// </summary>
    [Range(1_000, 10_000_000)]
    public int PartRowsMax { get; set; } = 200_000;

    /// <summary>Every so many rows a key is kept in memory: 16 to 65,536.</summary>
    [Range(16, 65_536)]
    public int SparseStep { get; set; } = 1_024;

    /// <summary>The bits that the filter spends on each id: 8 to 32. At 12, one new id in two hundred costs a read.
    /// </summary>
    [Range(8, 32)]
    public int FilterBitsPerId { get; set; } = 12;

    /// <summary>How often a failed merge is tried again before the replica counts as damaged: 0 to 10. A full disk does
    /// not count: it is tried again until there is room.</summary>
    [Range(0, 10)]
    public int MergeRetries { get; set; } = 3;

    /// <summary>Blocks that no read has touched for so long are dropped from memory, in seconds: 1 to 3,600.</summary>
    [Range(1, 3_600)]
    public int BlockIdleSeconds { get; set; } = 10;

    /// <summary>Rows of an image that arrives are written to disk in steps of so much memory, in MiB: 1 to 1,024.
    /// </summary>
    [Range(1, 1_024)]
    public int InstallMib { get; set; } = 32;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PartRowsMax < PartRowsMin)
        {
            yield return new ValidationResult(
                $"{nameof(PartRowsMax)} ({PartRowsMax}) must be at least {nameof(PartRowsMin)} ({PartRowsMin}).",
                [nameof(PartRowsMax)]);
        }
    }
}
