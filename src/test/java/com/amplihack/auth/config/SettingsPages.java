package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Writes what is made from the declarations of the settings. */
final class SettingsPages {
    private static final Pattern LINK =
            Pattern.compile("\\b(docs|server-config)/([a-z0-9/-]+\\.(?:md|asadmin))(#[a-z-]+)?");
    private static final int WIDTH = 118;

    /** What {@code settings.asadmin} sets: the administrator edits those with a word. */
    private static final Map<String, String> SET = Map.of(
            "auth.home", "/var/lib/amplihack-auth",
            "jwt.key.passphrase", "${ALIAS=auth-key-passphrase}",
            "jwt.issuer", "https://auth.example.com",
            "jwt.audience", "example-api",
            "auth.bootstrap.username", "admin",
            "auth.bootstrap.password", "${ALIAS=auth-first-account}",
            "redis.host", "localhost",
            "redis.port", "6379",
            "redis.username", "amplihack-auth",
            "redis.password", "${ALIAS=auth-redis}");

    private SettingsPages() {}

    /** The table of docs/configuration.md. */
    static String table() {
        StringBuilder table = new StringBuilder("| property | default | `dev` | live | allowed | example | |\n"
                + "| --- | --- | --- | --- | --- | --- | --- |\n");
        for (Setting<?> setting : Settings.all()) {
            table.append("| `")
                    .append(setting.name())
                    .append("` | ")
                    .append(code(setting.byDefault()).orElse("none"))
                    .append(" | ")
                    .append(code(setting.inDevelopment()).orElse(""))
                    .append(" | ")
                    .append(setting.isLive() ? "live" : "")
                    .append(" | ")
                    .append(setting.allowed()
                            .replaceFirst("^a whole number (of .* )?from (\\d+) to (\\d+)$", "$2 to $3 $1")
                            .replaceFirst(" of (.*) $", " $1")
                            .strip())
                    .append(" | ")
                    .append(code(Optional.of(setting.example())).orElseThrow())
                    .append(" | ")
                    .append(LINK.matcher(setting.description())
                            .replaceAll(link -> "[" + link.group(2).replaceFirst(".*/", "") + "]("
                                    + (link.group(1).equals("docs") ? "" : "../server-config/") + link.group(2)
                                    + Optional.ofNullable(link.group(3)).orElse("") + ")"))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static Optional<String> code(Optional<String> text) {
        return text.map(value -> "`" + value.replace("|", "\\|") + "`");
    }

    /** server-config/payara/settings.asadmin: every setting that is not live. */
    static String settings() {
        StringBuilder file = new StringBuilder(
                """
                # The settings of the service that need a restart, each with what it is: those that an installation needs are set,
                # the others stand here with their default or an example, switched off by a # before "set-config-property".
                # live-settings.asadmin has those that can be changed at any time. An environment variable of the server's process
                # wins over both.
                """);
        append(
                file,
                setting -> !setting.isLive()
                        && !setting.name().startsWith("mp.")
                        && !setting.name().startsWith("auth.db."));
        return file.append("\n# postgresql.asadmin sets the database.\n").toString();
    }

    /** server-config/payara/live-settings.asadmin: every live setting, at its default. */
    static String live() {
        StringBuilder file = new StringBuilder(
                """
                # The settings of the service that can be changed while it runs. They are set to their defaults, so that the console
                # lists them (Configurations, server-config, MicroProfile, Config, Property): an empty one is not set. Changed there
                # or here, they are in force within seconds. An environment variable of the server's process wins over them.
                """);
        append(file, Setting::isLive);
        return file.toString();
    }

    private static void append(StringBuilder file, Predicate<Setting<?>> which) {
        Settings.all().stream().filter(which).forEach(setting -> {
            file.append('\n');
            wrap(setting.description().replace("`", "") + ".")
                    .forEach(line -> file.append(line).append('\n'));
            wrap((setting.isSecret() ? "A secret: name a password alias. " : "") + "Allowed: " + setting.allowed()
                            + ". "
                            + setting.byDefault()
                                    .map(value -> "Default: " + value)
                                    .orElse("Not set by default")
                            + (setting.example().equals(setting.byDefault().orElse(""))
                                    ? ""
                                    : ". Example: " + setting.example()))
                    .forEach(line -> file.append(line).append('\n'));
            boolean set = setting.isLive() || SET.containsKey(setting.name());
            file.append(set ? "" : "#")
                    .append("set-config-property --source domain --propertyName ")
                    .append(setting.name())
                    .append(" --propertyValue ")
                    .append(quoted(value(setting)))
                    .append('\n');
        });
    }

    private static String value(Setting<?> setting) {
        return setting.isLive()
                ? setting.byDefault().orElse("")
                : SET.getOrDefault(setting.name(), setting.byDefault().orElse(setting.example()));
    }

    /** As asadmin's files want it. */
    private static String quoted(String value) {
        return value.matches("[^ \"\\\\]+")
                ? value
                : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static List<String> wrap(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder("#");
        for (String word : (Character.toUpperCase(text.charAt(0)) + text.substring(1)).split(" ")) {
            if (line.length() + word.length() >= WIDTH) {
                lines.add(line.toString());
                line.setLength(1);
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
