using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Tests.Sql;

/// <summary>Which errors of a start are waited for, and which end it.</summary>
public sealed class SqlErrorTests
{
    [Theory]
    [InlineData("08006")]
    [InlineData("53300")]
    [InlineData("57P01")]
    [InlineData("57P03")]
    [InlineData("40001")]
    public void A_server_that_cannot_just_now_is_waited_for(string state)
    {
        Assert.True(SqlDatabase.IsAway(Inside(Server(state))));
        Assert.False(SqlDatabase.IsMisconfigured(Inside(Server(state))));
    }

    [Theory]
    [InlineData("28P01")]
    [InlineData("28000")]
    [InlineData("3D000")]
    [InlineData("42501")]
    public void A_server_that_refuses_user_database_or_rights_is_a_setting_to_change(string state)
    {
        Assert.True(SqlDatabase.IsMisconfigured(Inside(Server(state))));
    }

    [Fact]
    public void A_server_that_nobody_answers_for_is_waited_for()
    {
        var error = new NpgsqlException("no", new SocketException((int)SocketError.ConnectionRefused));

        Assert.True(SqlDatabase.IsAway(Inside(error)));
        Assert.False(SqlDatabase.IsMisconfigured(Inside(error)));
    }

    [Fact]
    public void A_server_that_wants_a_password_that_is_not_given_is_a_setting_to_change()
    {
        Assert.True(SqlDatabase.IsMisconfigured(Inside(new NpgsqlException("No password has been provided"))));
    }

    [Theory]
    [InlineData(5, true, false)]
    [InlineData(6, true, false)]
    [InlineData(8, false, true)]
    [InlineData(14, false, true)]
    [InlineData(26, false, true)]
    [InlineData(13, false, false)]
    public void A_file_in_use_is_waited_for_and_one_that_cannot_be_used_is_a_setting(
        int code, bool isAway, bool isMisconfigured)
    {
        var error = Inside(new SqliteException("no", code));

        Assert.Equal(isAway, SqlDatabase.IsAway(error));
        Assert.Equal(isMisconfigured, SqlDatabase.IsMisconfigured(error));
    }

    [Fact]
    public void A_port_that_is_in_use_has_nothing_to_do_with_the_database()
    {
        var error = new IOException("bind", new SocketException((int)SocketError.AddressAlreadyInUse));

        Assert.False(SqlDatabase.IsAway(error));
        Assert.False(SqlDatabase.IsMisconfigured(error));
    }

    private static PostgresException Server(string state) => new("no", "FATAL", "FATAL", state);

    private static AggregateException Inside(Exception error) =>
        new(new InvalidOperationException("start", error), new TimeoutException());
}
