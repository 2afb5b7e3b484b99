using System.ComponentModel.DataAnnotations;
using System.Reflection;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Storage.JobStore;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Storage.Tests.Settings;

public sealed class SettingsTests
{
    public static TheoryData<Type> All =>
        [typeof(NodeLogSettings), typeof(CheckpointSettings), typeof(JobStoreOptions)];

    [Theory]
    [MemberData(nameof(All))]
    public void The_defaults_are_valid(Type type) => Assert.Empty(Problems(Activator.CreateInstance(type)!));

    [Theory]
    [MemberData(nameof(All))]
    public void Each_value_outside_its_range_is_named(Type type)
    {
        foreach (var property in type.GetProperties())
        {
            var range = property.GetCustomAttribute<RangeAttribute>();
            Assert.NotNull(range);
            foreach (var value in new[] { (int)range.Minimum - 1, (int)range.Maximum + 1, int.MinValue, int.MaxValue })
            {
                var settings = Activator.CreateInstance(type)!;
                property.SetValue(settings, value);

                Assert.Contains(Problems(settings), text => text.Contains(property.Name, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Values_that_do_not_go_together_are_named()
    {
        var reserve = new NodeLogSettings { SegmentMib = 1, SegmentsMax = 64, ReserveMib = 33, RetainMib = 8 };
        var retained = new NodeLogSettings { SegmentMib = 1, SegmentsMax = 64, ReserveMib = 30, RetainMib = 33 };
        var parts = new JobStoreOptions { PartRowsMin = 5_000, PartRowsMax = 4_999 };

        Assert.Contains("ReserveMib (33)", Assert.Single(Problems(reserve)), StringComparison.Ordinal);
        Assert.Contains("RetainMib (33)", Assert.Single(Problems(retained)), StringComparison.Ordinal);
        Assert.Contains("PartRowsMax (4999)", Assert.Single(Problems(parts)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_those_of_the_core()
    {
        Assert.Equal(new LogOptions { LogId = 7 }, new NodeLogSettings().ToOptions(7));
        Assert.Equal(new CheckpointOptions(), new CheckpointSettings().ToOptions());
    }

    [Theory]
    [InlineData(1, 8, 4, 0)]
    [InlineData(1_023, 65_536, 65_536, 1_048_576)]
    [InlineData(16, 12, 96, 64)]
    public void What_is_valid_the_log_takes(int segmentMib, int segmentsMax, int reserveMib, int retainMib)
    {
        var settings = new NodeLogSettings
        {
            SegmentMib = segmentMib,
            SegmentsMax = segmentsMax,
            ReserveMib = reserveMib,
            RetainMib = retainMib,
        };

        Assert.Empty(Problems(settings));
        settings.ToOptions(1).Check();
    }

    private static List<string> Problems(object settings)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(settings, new ValidationContext(settings), results, validateAllProperties: true);
        return results.ConvertAll(result => result.ErrorMessage!);
    }
}
