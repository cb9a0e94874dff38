package com.amplihack.auth.metering;

import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of usage as JSON or as CSV (RFC 4180).
 *
 * @param rows no more than asked for
 * @param next cursor of the next page; empty if this is the last
 */
public record UsageAnswer(UsageQuery asked, List<UsageSum> rows, Optional<String> next) {
    private static final List<String> SUMS = List.of("requests", "input_tokens", "output_tokens");

    /** What spreadsheets take for the beginning of a formula. */
    private static final String FORMULA = "=+-@\t\r\n";

    public UsageAnswer {
        rows = List.copyOf(rows);
    }

    /**
     * Makes a page.
     *
     * @param found one more than asked for if there is another page
     */
    static UsageAnswer of(UsageQuery asked, List<UsageSum> found) {
        boolean more = found.size() > asked.limit();
        List<UsageSum> rows = more ? found.subList(0, asked.limit()) : found;
        return new UsageAnswer(
                asked, rows, more ? Optional.of(UsageQuery.cursor(rows.get(rows.size() - 1))) : Optional.empty());
    }

    public String json() {
        JsonArrayBuilder items = StrictJson.provider().createArrayBuilder();
        for (UsageSum row : rows) {
            JsonObjectBuilder item = StrictJson.provider().createObjectBuilder();
            row.of().forEach(item::add);
            items.add(item.add("requests", row.requests())
                    .add("input_tokens", row.input())
                    .add("output_tokens", row.output()));
        }
        JsonObjectBuilder answer = StrictJson.provider()
                .createObjectBuilder()
                .add("since", asked.since().toString())
                .add("until", asked.until().toString())
                .add("items", items);
        next.ifPresentOrElse(cursor -> answer.add("next_cursor", cursor), () -> answer.addNull("next_cursor"));
        return answer.build().toString();
    }

    /** The next page's address, relative to this one's, as a value of {@code Link} (RFC 8288). */
    public Optional<String> link() {
        return next.map(cursor -> "<?by=" + asked.by().name().toLowerCase(Locale.ROOT) + "&since=" + asked.since()
                + "&until=" + asked.until() + "&cursor=" + cursor + ">; rel=\"next\"");
    }

    /** With a line of names; a text that a spreadsheet would take for a formula begins with an apostrophe. */
    public String csv() {
        List<String> names = new ArrayList<>(asked.by().members());
        names.addAll(SUMS);
        StringBuilder csv = new StringBuilder(String.join(",", names)).append("\r\n");
        for (UsageSum row : rows) {
            Stream<String> texts = row.of().values().stream().map(UsageAnswer::cell);
            Stream<String> sums =
                    Stream.of(row.requests(), row.input(), row.output()).map(Object::toString);
            csv.append(Stream.concat(texts, sums).collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return csv.toString();
    }

    private static String cell(String text) {
        String safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean quoted = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n' || c == ';');
        return quoted ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
