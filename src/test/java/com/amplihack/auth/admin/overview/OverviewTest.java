package com.amplihack.auth.admin.overview;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.metrics.LatencyBuckets;
import com.amplihack.auth.store.FleetStore;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverviewTest {
    private static final long NOW = 180_000_000;

    private final SampleSeries series = new SampleSeries();

    @Test
    void samplesOfOneStepAreSummedOverTheNodesAndLevelsAreTheHighest() {
        series.add(
                NOW, new Sample(Map.of("sign_ins.failure", 2L), Map.of("store_ms", 1.5), buckets(1), buckets(0)), NOW);
        series.add(
                NOW, new Sample(Map.of("sign_ins.failure", 3L), Map.of("store_ms", 0.5), buckets(2), List.of()), NOW);

        Sample sum = series.between(NOW, NOW + 1).get(0).orElseThrow();

        assertEquals(Map.of("sign_ins.failure", 5L), sum.counts());
        assertEquals(Map.of("store_ms", 1.5), sum.gauges());
        assertEquals(buckets(3), sum.validation());
    }

    @Test
    void anHourIsKeptAndNothingOlder() {
        for (long step = NOW; step < NOW + 2 * SampleSeries.LENGTH; step++) {
            series.add(step, failures(1), step);
        }

        assertEquals(SampleSeries.LENGTH, series.size());
        long newest = NOW + 2 * SampleSeries.LENGTH - 1;
        List<Optional<Sample>> all = series.between(newest - 2 * SampleSeries.LENGTH, newest + 1);
        assertEquals(
                SampleSeries.LENGTH, all.stream().filter(Optional::isPresent).count());
        series.add(newest - SampleSeries.LENGTH, failures(9), newest);
        assertEquals(
                List.of(Optional.empty()),
                series.between(newest - SampleSeries.LENGTH, newest - SampleSeries.LENGTH + 1));
    }

    @Test
    void aStepThatNobodySampledHasNoneOfAnHourBefore() {
        series.add(NOW, failures(7), NOW);
        series.add(NOW + SampleSeries.LENGTH + 1, failures(1), NOW + SampleSeries.LENGTH + 1);

        assertEquals(
                List.of(Optional.empty()), series.between(NOW + SampleSeries.LENGTH, NOW + SampleSeries.LENGTH + 1));
    }

    /** Its clock is wrong: it must not push away what the others have told. */
    @Test
    void aSampleFromTheFutureIsLeftOut() {
        series.add(NOW, failures(1), NOW);
        series.add(NOW + 5_000, failures(1), NOW);

        assertTrue(series.between(NOW, NOW + 1).get(0).isPresent());
    }

    @Test
    void aNodesRecordIsReadAsItWasWritten() {
        Sample sample = new Sample(Map.of("lockouts", 1L), Map.of("sessions", 3.0), buckets(4), buckets(5));
        NodeRecord written =
                new NodeRecord("auth-1", "2.0.0", Instant.ofEpochSecond(1_800_000_000), true, Map.of(NOW, sample));

        assertEquals(Optional.of(written), NodeRecord.parse(written.json()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{", "{\"steps\":[]}", "{\"steps\":{\"1\":7,\"x\":{}},\"started_at\":1e300,\"node\":3}"
            })
    void whatSomebodyElseWroteHarmsNobody(String text) {
        NodeRecord.parse(text).ifPresent(record -> assertEquals(Map.of(), record.steps()));
    }

    @Test
    void everyNodeCountsWhatHappenedOnAllOnce() {
        FleetStore store = new ScriptedStore(new EmbeddedBackend(InstantSource.system()));
        SampleSeries here = new SampleSeries();
        SampleSeries there = new SampleSeries();
        NodeExchange one = new NodeExchange(store, here);
        NodeExchange other = new NodeExchange(store, there);
        Instant now = Instant.ofEpochSecond((NOW + 4) * SampleSeries.STEP_SECONDS);

        one.happened(NOW, failures(1), NOW + 4);
        one.happened(NOW + 1, failures(2), NOW + 4);
        other.happened(NOW + 1, failures(10), NOW + 4);
        for (int beat = 0; beat < 3; beat++) { // what is told again is not counted again
            one.exchange(record(one), now);
            other.exchange(record(other), now);
        }
        one.happened(NOW + 2, failures(4), NOW + 4);
        one.exchange(record(one), now);
        List<NodeExchange.Node> seen = other.exchange(record(other), now);

        assertEquals(List.of(1L, 12L, 4L), failuresOf(here));
        assertEquals(List.of(1L, 12L, 4L), failuresOf(there));
        assertEquals(
                List.of("auth"), seen.stream().map(node -> node.record().node()).toList());
        one.stop();
        assertEquals(List.of(), other.exchange(record(other), now));
    }

    private static NodeRecord record(NodeExchange node) {
        return new NodeRecord("auth", "2.0.0", Instant.EPOCH, true, node.newest());
    }

    private static List<Long> failuresOf(SampleSeries series) {
        return series.between(NOW, NOW + 3).stream()
                .map(sample -> sample.orElseThrow().counts().get("sign_ins.failure"))
                .toList();
    }

    @Test
    void aRecordWithManyNamesBringsNoMoreThanASampleMayHave() {
        JsonObjectBuilder many = StrictJson.provider().createObjectBuilder();
        IntStream.range(0, 500).forEach(i -> many.add("n" + i, 1));
        JsonObject json =
                StrictJson.provider().createObjectBuilder().add("c", many).build();

        Sample read = Sample.of(json);

        assertEquals(128, read.counts().size());
        JsonObjectBuilder others = StrictJson.provider().createObjectBuilder();
        IntStream.range(500, 600).forEach(i -> others.add("n" + i, 1));
        Sample more = Sample.of(
                StrictJson.provider().createObjectBuilder().add("c", others).build());
        assertEquals(128, read.plus(more).counts().size());
    }

    @Test
    void percentilesLieWithinTheirBucket() {
        List<Long> counts = new ArrayList<>(buckets(0));
        counts.set(2, 98L); // 0.5 to 1 ms
        counts.set(5, 2L); // 5 to 10 ms

        assertEquals(0.75, LatencyBuckets.percentile(counts, 0.5), 0.01);
        assertEquals(7.5, LatencyBuckets.percentile(counts, 0.99), 0.01);
        assertTrue(Double.isNaN(LatencyBuckets.percentile(buckets(0), 0.5)));
    }

    @Test
    void columnsHaveANumberForEachStep() {
        JsonObjectBuilder answer = StrictJson.provider().createObjectBuilder();

        SeriesJson.add(answer, NOW, List.of(Optional.of(failures(2)), Optional.empty(), Optional.of(Sample.NOTHING)));

        JsonObject json = answer.build();
        assertEquals(
                "[2,null,0]",
                json.getJsonObject("series").get("sign_ins.failure").toString());
        assertEquals(3, json.getInt("steps"));
    }

    @Test
    void whatACheckTellsIsAWarningWithARunbook() {
        List<Warning> found = Warning.of(new HealthCheckResponse(
                "mail", Status.UP, Optional.of(Map.of("dead_letters", 3L, "warning", "Some mails could not be sent"))));

        assertEquals(List.of(new Warning("mail", false, "Some mails could not be sent")), found);
        assertEquals("mail", found.get(0).json().build().getString("runbook"));
        assertEquals(List.of(), Warning.of(new HealthCheckResponse("keys", Status.UP, Optional.empty())));
        assertTrue(Warning.of(new HealthCheckResponse("odd", Status.DOWN, Optional.empty()))
                .get(0)
                .critical());
        assertFalse(Warning.of(new HealthCheckResponse("settings", Status.UP, Optional.of(Map.of("auth.x", "refused"))))
                .isEmpty());
    }

    @Test
    void everyRunbookOfAWarningExists() {
        Warning.RUNBOOKS
                .values()
                .forEach(file -> assertTrue(Files.exists(Path.of("docs/runbooks", file + ".md")), file));
    }

    private static Sample failures(long count) {
        return new Sample(Map.of("sign_ins.failure", count), Map.of(), List.of(), List.of());
    }

    private static List<Long> buckets(long each) {
        return Collections.nCopies(LatencyBuckets.size(), each);
    }
}
