using System.Data.Common;
using System.Globalization;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Tests.Sql;

/// <summary>Runs statements as Orleans does: a text with parameters, a new connection each time.</summary>
internal sealed class SqlClient(SqlDatabase database)
{
    /// <summary>The first column of all rows of all results, as text; nothing for null.</summary>
    public async Task<List<string?>> ReadAsync(string text, params (string Name, object? Value)[] parameters)
    {
        await using var connection = database.CreateConnection();
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            Add(command, name, value);
        }

        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var found = new List<string?>();
        do
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                var value = reader.GetValue(0);
                found.Add(value is DBNull ? null : Convert.ToString(value, CultureInfo.InvariantCulture));
            }
        }
        while (await reader.NextResultAsync(TestContext.Current.CancellationToken));

        return found;
    }

    /// <summary>Runs one of the stored statements.</summary>
    public async Task<List<string?>> CallAsync(string key, params (string Name, object? Value)[] parameters)
    {
        var texts = await ReadAsync("SELECT QueryText FROM OrleansQuery WHERE QueryKey = @Key", ("Key", key));
        return await ReadAsync(Assert.Single(texts)!, parameters);
    }

    // Orleans gives each parameter the type of its value's declaration, also where the value is null.
    private static void Add(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        if (value is null)
        {
            parameter.DbType = name == "GrainStateVersion" ? System.Data.DbType.Int32 : System.Data.DbType.String;
        }

        command.Parameters.Add(parameter);
    }
}
