namespace LlmConfig;

/// <summary>One setting of a tool's file: names with dots between them, and a value as JSON, which TOML reads alike.</summary>
internal sealed record ToolSetting(string Key, string Value)
{
    /// <summary>The names, the outermost first.</summary>
    public string[] Path => Key.Split('.');

    /// <summary>The settings of a route with the values of a configuration.</summary>
    public static IEnumerable<ToolSetting> Fill(ToolRoute route, IReadOnlyDictionary<string, string?> places) => route.Settings
        .Select(setting => setting.Split('=', 2))
        .Select(template => (Key: template[0], Value: SettingTemplate.Fill(template[1], places)))
        .Where(setting => setting.Value is not null)
        .DistinctBy(setting => setting.Key)
        .Select(setting => new ToolSetting(setting.Key, setting.Value!));

    /// <summary>Settings as one JSON object in one line.</summary>
    public static string Json(IEnumerable<ToolSetting> settings) => $"{{{string.Join(',', settings
        .GroupBy(setting => setting.Path[0])
        .Select(group => $"\"{group.Key}\":{(group.First().Key == group.Key
            ? group.First().Value
            : Json(group.Select(setting => setting with { Key = setting.Key[(group.Key.Length + 1)..] })))}"))}}}";
}

/// <summary>How settings are put into a file of a kind and taken out again, with all else in it as it was.</summary>
internal interface ISettingsFormat
{
    /// <summary>The file with the settings.</summary>
    /// <exception cref="StoreFormatException">It is none of its kind, or leaves no room for them.</exception>
    byte[] Add(byte[] file, IReadOnlyList<ToolSetting> settings);

    /// <summary>The file without them, with what they replaced. What is not there any more counts as taken out.</summary>
    /// <param name="file">The file as it is.</param>
    /// <param name="before">The file as it was before they were put in.</param>
    /// <param name="settings">What was put in.</param>
    /// <exception cref="StoreFormatException">It is none of its kind, or one of them was changed.</exception>
    byte[] Remove(byte[] file, byte[] before, IReadOnlyList<ToolSetting> settings);
}
