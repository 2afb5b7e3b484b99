namespace TimeMachine.Core.Tests.Raft;

/// <summary>Whole dialogues, message by message, as text files.</summary>
public sealed class DialogueTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Raft", "Scripts");

    public static TheoryData<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_dialogue_goes_as_written(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, name));

        var told = new DialogueScript().Run(lines);

        Assert.Equal(string.Join('\n', lines) + "\n", told);
    }

    [Fact]
    public void There_are_enough_dialogues() => Assert.True(Names.Count >= 12);
}
