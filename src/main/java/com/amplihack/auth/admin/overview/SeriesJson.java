package com.amplihack.auth.admin.overview;

import com.amplihack.auth.metrics.LatencyBuckets;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Formats samples as columns: a list for each series, with one number for each step. */
final class SeriesJson {
    private static final JsonProvider JSON = StrictJson.provider();

    private SeriesJson() {}

    /**
     * Adds {@code from}, {@code step_seconds}, {@code steps} and {@code series} to an answer. A series of which nothing
     * happened is left out; of a step that nobody has sampled all numbers are null.
     */
    static void add(JsonObjectBuilder answer, long first, List<Optional<Sample>> samples) {
        JsonObjectBuilder series = JSON.createObjectBuilder();
        names(samples, sample -> sample.counts().keySet())
                .forEach(name -> series.add(
                        name,
                        column(
                                samples,
                                sample -> sample.counts().getOrDefault(name, 0L).doubleValue(),
                                0)));
        names(samples, sample -> sample.gauges().keySet())
                .forEach(name -> series.add(
                        name, column(samples, sample -> sample.gauges().getOrDefault(name, Double.NaN), 2)));
        percentiles(series, "validation", samples, Sample::validation);
        percentiles(series, "redis", samples, Sample::store);
        answer.add(
                        "from",
                        Instant.ofEpochSecond(first * SampleSeries.STEP_SECONDS).toString())
                .add("step_seconds", SampleSeries.STEP_SECONDS)
                .add("steps", samples.size())
                .add("series", series);
    }

    private static Set<String> names(List<Optional<Sample>> samples, Function<Sample, Set<String>> ofOne) {
        return samples.stream()
                .flatMap(Optional::stream)
                .flatMap(sample -> ofOne.apply(sample).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void percentiles(
            JsonObjectBuilder series,
            String name,
            List<Optional<Sample>> samples,
            Function<Sample, List<Long>> buckets) {
        series.add(
                        name + "_p50_ms",
                        column(samples, sample -> LatencyBuckets.percentile(buckets.apply(sample), 0.5), 2))
                .add(
                        name + "_p99_ms",
                        column(samples, sample -> LatencyBuckets.percentile(buckets.apply(sample), 0.99), 2));
    }

    private static JsonArrayBuilder column(
            List<Optional<Sample>> samples, Function<Sample, Double> number, int decimals) {
        JsonArrayBuilder column = JSON.createArrayBuilder();
        double scale = Math.pow(10, decimals);
        for (Optional<Sample> sample : samples) {
            double value = sample.map(number).orElse(Double.NaN);
            if (Double.isNaN(value)) {
                column.addNull();
            } else if (decimals == 0) {
                column.add((long) value);
            } else {
                column.add(Math.round(value * scale) / scale);
            }
        }
        return column;
    }
}
