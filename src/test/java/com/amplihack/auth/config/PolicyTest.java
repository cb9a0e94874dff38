package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.config.type.ReplayMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private final Map<String, String> console = new HashMap<>(Map.of("auth.home", "/srv/auth"));
    private final Configuration configuration = new Configuration(this::find);

    private Property find(String name) {
        if (console.getOrDefault(name, "").contains("${nope}")) {
            return Property.unusable(name, "console", "holds a ${...} that cannot be resolved");
        }
        Optional<String> value = TestSettings.source("", console).apply(name);
        return new Property(name, value, console.containsKey(name) ? "console" : "default");
    }

    @Test
    void everyPropertyOfTheShippedFileIsListed() {
        Set<String> listed = configuration.policy().properties().stream()
                .map(Property::name)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> shipped = new TreeSet<>(TestSettings.names());
        shipped.removeIf(name -> name.startsWith("mp."));
        shipped.removeAll(listed);
        assertEquals(Set.of(), shipped);
    }

    @Test
    void aLivePropertyIsInForceWithTheNextLook() {
        Settings before = configuration.settings();
        console.put("jwt.access.token.minutes", "5");
        assertSame(before, configuration.settings(), "nobody has looked");

        Revision revision = configuration.refresh();

        assertEquals(Duration.ofMinutes(5), configuration.settings().tokens().accessLifetime());
        assertEquals(1, revision.changes().size());
        assertEquals(Optional.of("15"), revision.changes().get(0).before().value());
        assertEquals(Optional.of("5"), revision.changes().get(0).after().value());
        assertEquals("console", revision.changes().get(0).after().source());
        assertEquals(List.of(), revision.refusals());
    }

    @Test
    void whatIsTakenAwayFallsBackToTheDefault() {
        console.put("jwt.replay", "off");
        configuration.refresh();
        console.remove("jwt.replay");
        configuration.refresh();
        assertEquals(ReplayMode.AUTO, configuration.settings().tokens().replay());
    }

    @Test
    void aLookThatFindsNothingNewChangesNothing() {
        Settings settings = configuration.settings();
        Policy policy = configuration.policy();
        assertEquals(List.of(), configuration.refresh().changes());
        assertSame(policy, configuration.policy());

        console.put("auth.api.limit", "100"); // as the default has it
        assertEquals(List.of(), configuration.refresh().changes());
        assertSame(settings, configuration.settings(), "what was verified under these settings stays remembered");
        assertEquals("console", property("auth.api.limit").source());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jwt.access.token.minutes | 0 | must be a whole number from 1 to 60, was '0'",
                "jwt.replay | sometimes | must be one of auto, strict, off, was 'sometimes'",
                "auth.login.limit | 0 | must be a whole number from 1 to 1000000, was '0'",
                "auth.admin.allowlist | everybody | must be a list of CIDR blocks such as 10.0.0.0/8, was 'everybody'",
                "auth.cors.origins | * | must be exact origins such as https://app.example, was '*'",
                "auth.proxy.upstream | demo | must be a URL in production, was 'demo'",
                "auth.proxy.paths | /user=any | must not cover /user, which this service answers itself",
                "enable.jwt.auth | no | must be true or false, was 'no'"
            })
    void aBadValueIsRefusedAndTheOldOneStays(String name, String bad, String reason) {
        Settings before = configuration.settings();
        console.put(name, bad);
        for (int look = 0; look < 2; look++) {
            Revision revision = configuration.refresh();
            assertEquals(List.of(), revision.changes());
            assertEquals(1, revision.refusals().size());
            assertEquals(
                    name + " " + reason + ": the old value stays in force",
                    revision.refusals().get(0).reason());
            assertSame(before, configuration.settings());
        }
    }

    @Test
    void aBadValueKeepsNoGoodOneOut() {
        console.put("jwt.replay", "sometimes");
        console.put("auth.api.limit", "7");
        console.put("jwt.clock.skew.seconds", "61");
        Revision revision = configuration.refresh();
        assertEquals(7, configuration.settings().limits().api().limit());
        assertEquals(1, revision.changes().size());
        assertEquals(2, revision.refusals().size());
    }

    @Test
    void valuesThatAreGoodOnlyTogetherAreTakenTogether() {
        console.put("jwt.refresh.token.days", "60");
        assertEquals(1, configuration.refresh().refusals().size(), "longer than a session");
        console.put("jwt.session.max.days", "90");
        console.put("jwt.replay", "sometimes");
        Revision revision = configuration.refresh();
        assertEquals(2, revision.changes().size());
        assertEquals(Duration.ofDays(60), configuration.settings().tokens().refreshLifetime());
        assertEquals(1, revision.refusals().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwt.issuer", "auth.store", "redis.password", "auth.cookie.prefix", "auth.db.password"})
    void whatNeedsARestartSaysSo(String name) {
        console.put(name, "something-else");
        Revision revision = configuration.refresh();
        assertEquals(List.of(), revision.changes());
        assertEquals(
                name + " has changed: restart to apply it",
                revision.refusals().get(0).reason());
        assertFalse(configuration.policy().isLive(property(name)));
        assertFalse(property(name).value().equals(Optional.of("something-else")), "the value in force is shown");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jwt.key.passphrase",
                "redis.password",
                "redis.uri",
                "auth.db.url",
                "auth.db.password",
                "auth.bootstrap.password",
                "auth.proxy.upstream.authorization"
            })
    void aSecretIsNeverShown(String name) {
        console.put(name, "rediss://top:secret@redis.example");
        Policy policy = Policy.read(this::find);
        Property secret = policy.properties().stream()
                .filter(property -> property.name().equals(name))
                .findFirst()
                .orElseThrow();
        assertEquals(Optional.of("***"), policy.shown(secret));
        assertFalse(secret.toString().contains("secret@"));
        console.remove(name);
        if (!name.equals("auth.db.url")) {
            Policy without = Policy.read(this::find);
            assertTrue(without.properties().stream()
                    .filter(property -> property.name().equals(name))
                    .allMatch(property -> without.shown(property).isEmpty()));
        }
    }

    @Test
    void whatIsNotDueIsNotEvenRead() {
        console.put("auth.api.limit", "7");
        console.put("jwt.replay", "off");
        List<String> read = new ArrayList<>();
        Configuration watched = new Configuration(name -> {
            read.add(name);
            return find(name);
        });
        read.clear();
        console.put("auth.api.limit", "8");
        watched.refresh(property -> property.name().equals("jwt.replay"));
        assertEquals(List.of("jwt.replay"), read);
        assertEquals(7, watched.settings().limits().api().limit());
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth.certificate.issuers", "auth.proxy.upstream.authorization", "auth.admin.allowlist"})
    void whatCannotBeResolvedIsRefusedAndTheOldValueStays(String name) {
        console.put("auth.certificate.accounts", "orders:CN=orders");
        console.put("auth.certificate.issuers", "CN=ours");
        configuration.refresh();
        Settings before = configuration.settings();
        console.put(name, "${nope}CN=ours");

        Revision revision = configuration.refresh();

        assertEquals(List.of(), revision.changes());
        assertEquals(
                name + " holds a ${...} that cannot be resolved: the old value stays in force",
                revision.refusals().get(0).reason());
        assertSame(before, configuration.settings());
        assertFalse(before.certificates().mayIssue(new X500Principal("CN=another")));
        assertThrows(InvalidSettingException.class, () -> Policy.read(this::find));
    }

    @ParameterizedTest
    @CsvSource({
        "auth.certificate.issuers, ;, must not hold separators alone",
        "auth.certificate.issuers, ' ; ;', must not hold separators alone",
        "auth.certificate.issuers, ' ', must not be blank",
        "auth.certificate.accounts, ;, must not hold separators alone",
        "auth.admin.allowlist, ',', must not hold separators alone",
        "auth.trusted.proxies, ',,', must not hold separators alone",
        "auth.csrf.origins, ', ,', must not hold separators alone"
    })
    void listOfNothingIsNotTakenForNotSet(String name, String value, String why) {
        console.put(name, value);
        assertEquals(
                name + " " + why + ": the old value stays in force",
                configuration.refresh().refusals().get(0).reason());
    }

    @Test
    void aBadValueAtTheStartStopsIt() {
        console.put("jwt.replay", "sometimes");
        assertThrows(InvalidSettingException.class, () -> Policy.read(this::find));
    }

    private Property property(String name) {
        return configuration.policy().properties().stream()
                .filter(property -> property.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
