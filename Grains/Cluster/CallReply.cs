using Orleans.Concurrency;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;

namespace TimeMachine.Grains.Cluster;

/// <summary>The answer to a call as it travels between nodes: the leader that is known, the answer, and a list's page.
/// </summary>
internal static class CallReply
{
    private const byte Version = 1;
    private const int BytesMax = 64 * 1024 * 1024;

    public static Immutable<byte[]> Encode(in CallAnswer call)
    {
        var answer = new ByteWriter();
        call.Answer.Write(answer);
        var page = new ByteWriter();
        call.Answer.Page?.Write(page);
        var writer = new ByteWriter(answer.Written.Length + page.Written.Length + 16);
        writer.U8(Version);
        writer.VarInt(call.Leader.Value);
        writer.Bytes(answer.Written);
        writer.Bytes(page.Written);
        return new Immutable<byte[]>(writer.Written.ToArray());
    }

    public static Immutable<byte[]> Refusal(ErrorCode code) => Encode(new CallAnswer(0, new JobAnswer(code), default));

    /// <summary>Reads an answer of another node.</summary>
    /// <exception cref="InvalidDataException">It is none that this version reads.</exception>
    public static CallAnswer Decode(byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        var version = reader.U8();
        var leader = reader.VarInt(ushort.MaxValue);
        var answerBytes = Part(bytes, ref reader);
        var pageBytes = Part(bytes, ref reader);
        JobListPage? page = null;
        var isRead = reader.AtEnd && version == Version
            && JobAnswer.TryRead(answerBytes, out _) == ErrorCode.None
            && (pageBytes.Length == 0 || JobListPage.TryRead(pageBytes, out page) == ErrorCode.None);
        if (!isRead)
        {
            throw new InvalidDataException("Another node answered in a form that this version does not read.");
        }

        JobAnswer.TryRead(answerBytes, out var answer);
        return new CallAnswer(0, answer with { Page = page }, new NodeId(leader));
    }

    private static ReadOnlyMemory<byte> Part(byte[] bytes, ref ByteReader reader)
    {
        var length = reader.Bytes(BytesMax).Length;
        return bytes.AsMemory(reader.Position - length, length);
    }
}
