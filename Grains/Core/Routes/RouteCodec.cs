using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routes;

/// <summary>The binary form of a route. Form: docs/formats/system.md.</summary>
public static class RouteCodec
{
    /// <summary>The version written today.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Writes a route.</summary>
    public static void Write(ByteWriter writer, Route route)
    {
        writer.U8(FormatVersion);
        writer.Bytes(route.Key.Bytes);
        writer.VarI64(route.Revision.Value);
        writer.VarI64(route.Created.Value);
        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(route.WebhookUrl));
        writer.U8((byte)route.Mode);
        writer.VarInt(route.TimeoutMs);
        writer.VarInt(route.AttemptsMax);
        writer.VarInt(route.BackoffInitialMs);
        writer.VarInt(route.BackoffMaxMs);
        writer.VarInt(route.Concurrency);
        writer.VarInt(route.RatePerSecond);
        writer.Bool(route.IsPaused);
        writer.Bool(route.IsDeleting);
        writer.Bool(route.IsDeleteForced);
        writer.VarInt(route.Secrets.Count);
        foreach (var secret in route.Secrets)
        {
            writer.Bytes(secret.Span);
        }
    }

    /// <summary>Reads a route; fails the reader and returns null if a field is not within its limits.</summary>
    public static Route? Read(ref ByteReader reader)
    {
        var isKnown = reader.U8() == FormatVersion;
        var isKey = RouteKey.TryDecode(reader.Bytes(RouteKey.BytesMax), out var key);
        if (!isKnown || !isKey)
        {
            reader.Fail();
            return null;
        }

        var route = new Route
        {
            Key = key,
            Revision = new CommandNumber(reader.VarI64()),
            Created = new CommandNumber(reader.VarI64()),
            WebhookUrl = System.Text.Encoding.UTF8.GetString(reader.Bytes(RouteLimits.WebhookUrlBytesMax)),
            Mode = (DeliveryMode)reader.U8(),
            TimeoutMs = reader.VarInt(RouteLimits.TimeoutMsMax),
            AttemptsMax = reader.VarInt(RouteLimits.AttemptsMaxMax),
            BackoffInitialMs = reader.VarInt(RouteLimits.BackoffMsMax),
            BackoffMaxMs = reader.VarInt(RouteLimits.BackoffMsMax),
            Concurrency = reader.VarInt(RouteLimits.ConcurrencyMax),
            RatePerSecond = reader.VarInt(RouteLimits.RatePerSecondMax),
            IsPaused = reader.Bool(),
            IsDeleting = reader.Bool(),
            IsDeleteForced = reader.Bool(),
            Secrets = ReadSecrets(ref reader),
        };
        if (route.Mode is not (DeliveryMode.AtLeastOnce or DeliveryMode.AtMostOnce))
        {
            reader.Fail();
        }

        return reader.Failed ? null : route;
    }

    /// <summary>Tells whether all fields are within <see cref="RouteLimits"/>.</summary>
    public static bool IsValid(Route route) =>
        !route.Key.IsEmpty
        && route.Mode is DeliveryMode.AtLeastOnce or DeliveryMode.AtMostOnce
        && IsIn(System.Text.Encoding.UTF8.GetByteCount(route.WebhookUrl), 1, RouteLimits.WebhookUrlBytesMax)
        && IsIn(route.TimeoutMs, 1, RouteLimits.TimeoutMsMax)
        && IsIn(route.AttemptsMax, 1, RouteLimits.AttemptsMaxMax)
        && IsIn(route.BackoffInitialMs, 0, RouteLimits.BackoffMsMax)
        && IsIn(route.BackoffMaxMs, 0, RouteLimits.BackoffMsMax)
        && IsIn(route.Concurrency, 0, RouteLimits.ConcurrencyMax)
        && IsIn(route.RatePerSecond, 0, RouteLimits.RatePerSecondMax)
        && IsIn(route.Secrets.Count, 0, RouteLimits.SecretsMax)
        && AreSecretsValid(route.Secrets);

    private static bool AreSecretsValid(IReadOnlyList<ReadOnlyMemory<byte>> secrets)
    {
        foreach (var secret in secrets)
        {
            if (!IsIn(secret.Length, 1, RouteLimits.SecretBytesMax))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsIn(int value, int min, int max) => value >= min && value <= max;

    private static ReadOnlyMemory<byte>[] ReadSecrets(ref ByteReader reader)
    {
        var secrets = new ReadOnlyMemory<byte>[reader.VarInt(RouteLimits.SecretsMax)];
        for (var i = 0; i < secrets.Length; i++)
        {
            secrets[i] = reader.Bytes(RouteLimits.SecretBytesMax).ToArray();
        }

        return secrets;
    }
}
