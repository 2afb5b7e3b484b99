using System.Collections;
using System.Globalization;
using System.Reflection;

namespace TimeMachine.Silo.Configuration;

/// <summary>
/// Reads values into settings. Unlike the framework's binder it refuses keys that it does not know, finds all problems
/// and not just the first, and names the range with the key.
/// </summary>
internal sealed class SettingsBinder(List<string> problems)
{
    /// <summary>Reads all sections; what is absent keeps its default.</summary>
    public void BindAll(IConfigurationSection root, IReadOnlyDictionary<string, object> sections)
    {
        foreach (var child in root.GetChildren())
        {
            if (sections.TryGetValue(child.Key, out var section))
            {
                BindSection(child, section);
            }
            else
            {
                problems.Add($"{child.Path} is not known. Known are {string.Join(", ", sections.Keys)}.");
            }
        }
    }

    /// <summary>The settings of a class.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanRead);

    private void Bind(IConfigurationSection section, object target)
    {
        foreach (var child in section.GetChildren())
        {
            var property = PropertyOf(target.GetType(), child.Key);
            if (property is null)
            {
                problems.Add($"{child.Path} is not known. Known are {NamesOf(target.GetType())}.");
            }
            else
            {
                BindProperty(child, target, property);
            }
        }
    }

    private void BindProperty(IConfigurationSection child, object target, PropertyInfo property)
    {
        if (property.GetValue(target) is IList list)
        {
            BindList(child, list, property.PropertyType.GetGenericArguments()[0]);
        }
        else if (child.GetChildren().Any())
        {
            problems.Add($"{child.Path} is one value, not a section.");
        }
        else if (TryConvert(child.Value, property.PropertyType, out var value))
        {
            property.SetValue(target, value);
        }
        else
        {
            problems.Add(SettingsChecks.Refusal(child.Path, property, child.Value));
        }
    }

    private void BindSection(IConfigurationSection child, object section)
    {
        if (!string.IsNullOrEmpty(child.Value))
        {
            problems.Add($"{child.Path} is a section, not a value.");
        }

        Bind(child, section);
    }

    private void BindList(IConfigurationSection child, IList list, Type itemType)
    {
        if (!string.IsNullOrEmpty(child.Value))
        {
            problems.Add($"{child.Path} is a list, not a value.");
        }

        foreach (var item in child.GetChildren())
        {
            if (itemType == typeof(string))
            {
                list.Add(item.Value ?? "");
            }
            else
            {
                var element = Activator.CreateInstance(itemType)!;
                BindSection(item, element);
                list.Add(element);
            }
        }
    }

    private static bool TryConvert(string? text, Type type, out object? value)
    {
        value = text;
        if (text is null || type == typeof(string))
        {
            return text is not null;
        }

        if (type == typeof(bool) && bool.TryParse(text, out var flag))
        {
            value = flag;
            return true;
        }

        var isInt = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = number;
        return type == typeof(int) && isInt;
    }

    private static PropertyInfo? PropertyOf(Type type, string name) =>
        PropertiesOf(type).FirstOrDefault(found => found.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string NamesOf(Type type) => string.Join(", ", PropertiesOf(type).Select(property => property.Name));
}
