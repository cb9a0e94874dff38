package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.config.source.Refusal;
import com.amplihack.auth.config.type.ReplayMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.junit.jupiter.api.io.TempDir;
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
        assertEquals(List.of(), revision.policy().refusals());
    }

    /** The name of its upstream's settings stands in another one's value. */
    @Test
    void aPathWithAnUpstreamOfItsOwnIsInForceWithTheNextLook() {
        console.put("auth.proxy.upstream", "https://models.example");
        console.put("auth.proxy.paths", "/claude/**=chat:write@claude");
        assertEquals(
                List.of("auth.proxy.upstream.claude must be set: the old value stays in force"),
                configuration.refresh().policy().refusals().stream()
                        .map(Refusal::reason)
                        .toList());

        console.put("auth.proxy.upstream.claude", "https://claude.example");
        console.put("auth.proxy.upstream.claude.header", "x-api-key: first");
        assertEquals(List.of(), configuration.refresh().policy().refusals());
        assertEquals(List.of("https://claude.example", "first"), claude());
        Property header =
                configuration.policy().find("auth.proxy.upstream.claude.header").orElseThrow();
        assertEquals(Optional.of("***"), configuration.policy().shown(header));

        console.put("auth.proxy.upstream.claude.header", "x-api-key: second");
        assertEquals(1, configuration.refresh().changes().size());
        assertEquals(List.of("https://claude.example", "second"), claude());

        console.put("auth.proxy.upstream.claude", "no URL");
        assertEquals(1, configuration.refresh().policy().refusals().size());
        assertEquals(List.of("https://claude.example", "second"), claude());

        console.remove("auth.proxy.paths");
        console.remove("auth.proxy.upstream.claude");
        console.remove("auth.proxy.upstream.claude.header");
        assertEquals(List.of(), configuration.refresh().policy().refusals());
        assertEquals(Map.of(), configuration.settings().proxy().upstreams());
        assertEquals(Optional.empty(), configuration.policy().find("auth.proxy.upstream.claude"));
    }

    private List<String> claude() {
        var claude = configuration.settings().proxy().upstreams().get("claude");
        return List.of(
                claude.url().orElseThrow().toString(),
                claude.credential().orElseThrow().value().reveal());
    }

    @Test
    void whatOthersNameIsNoUnknownName() {
        console.put("auth.proxy.paths", "/claude/**=chat:write@claude");
        console.put("auth.proxy.upstream.claude", "https://claude.example");
        Set<String> known = configuration.refresh().policy().namesAnd(List.of("auth.home"));
        assertTrue(known.containsAll(
                List.of("auth.home", "auth.proxy.upstream.claude", "auth.proxy.upstream.claude.header")));
        assertFalse(known.contains("auth.proxy.upstream.other"));
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
                "jwt.access.token.minutes | 0 | must be a whole number of minutes from 1 to 60, was '0'",
                "jwt.replay | sometimes | must be one of auto, strict, off, was 'sometimes'",
                "auth.login.limit | 0 | must be a whole number of requests from 1 to 1000000, was '0'",
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
            assertEquals(1, revision.policy().refusals().size());
            assertEquals(
                    name + " " + reason + ": the old value stays in force",
                    revision.policy().refusals().get(0).reason());
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
        assertEquals(2, revision.policy().refusals().size());
    }

    @Test
    void valuesThatAreGoodOnlyTogetherAreTakenTogether() {
        console.put("jwt.refresh.token.days", "60");
        assertEquals(1, configuration.refresh().policy().refusals().size(), "longer than a session");
        console.put("jwt.session.max.days", "90");
        console.put("jwt.replay", "sometimes");
        Revision revision = configuration.refresh();
        assertEquals(2, revision.changes().size());
        assertEquals(Duration.ofDays(60), configuration.settings().tokens().refreshLifetime());
        assertEquals(1, revision.policy().refusals().size());
    }

    @ParameterizedTest
    @CsvSource({
        "jwt.issuer, https://other.example",
        "auth.store, memory",
        "redis.password, another",
        "auth.cookie.prefix, false",
        "auth.db.password, another"
    })
    void whatNeedsARestartSaysSo(String name, String value) {
        console.put(name, value);
        Revision revision = configuration.refresh();
        assertEquals(List.of(), revision.changes());
        assertEquals(
                name + " has changed: restart to apply it",
                revision.policy().refusals().get(0).reason());
        assertFalse(configuration.policy().isLive(property(name)));
        assertFalse(property(name).value().equals(Optional.of(value)), "the value in force is shown");
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
        Policy policy = Policy.read(this::find, Map.of());
        Property secret = policy.properties().stream()
                .filter(property -> property.name().equals(name))
                .findFirst()
                .orElseThrow();
        assertEquals(Optional.of("***"), policy.shown(secret));
        assertFalse(secret.toString().contains("secret@"));
        console.remove(name);
        if (!name.equals("auth.db.url")) {
            Policy without = Policy.read(this::find, Map.of());
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
                revision.policy().refusals().get(0).reason());
        assertSame(before, configuration.settings());
        assertFalse(before.certificates().mayIssue(new X500Principal("CN=another")));
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
                configuration.refresh().policy().refusals().get(0).reason());
    }

    @ParameterizedTest
    @CsvSource({
        "auth.jwks.limit, many, 55",
        "jwt.replay, sometimes, strict",
        "auth.admin.allowlist, everybody, 10.0.0.0/8",
        "enable.jwt.auth, ${nope}, true"
    })
    void aBadLiveValueAtTheStartGivesWayToTheLastGoodOne(String name, String bad, String lastGood) {
        console.put(name, bad);
        console.put("auth.api.limit", "7");
        Policy policy = Policy.read(this::find, Map.of(name, lastGood, "auth.api.limit", "8"));

        Property stands = policy.find(name).orElseThrow();
        assertEquals(Optional.of(lastGood), policy.shown(stands));
        assertEquals("last good value", stands.source());
        assertEquals(7, policy.inForce().limits().api().limit(), "what is good is in force");
        assertEquals(
                List.of(name), policy.refusals().stream().map(Refusal::name).toList());
        String reason = policy.refusals().get(0).reason();
        assertTrue(reason.startsWith(name) && reason.endsWith(": the old value stays in force"), reason);

        console.remove(name);
        Revision repaired = policy.revise(this::find, property -> true);
        assertEquals(List.of(), repaired.policy().refusals());
    }

    @ParameterizedTest
    @CsvSource({
        "enable.jwt.auth, false, ture, true",
        "enable.jwt.auth, ' FALSE', ture, true",
        "jwt.replay, off, stict, auto",
        "jwt.binding.ip, Off, exakt, exact",
        "jwt.binding.user.agent, off, exakt, exact",
        "auth.login.exempt, 10.0.0.0/8, somewhere, ''"
    })
    void whatOpensSomethingDoesNotStandInForABadValue(
            String name, String opening, String bad, String byDefault, @TempDir Path home) throws IOException {
        console.put("auth.home", home.toString());
        console.put(name, opening);
        Configuration opened = new Configuration(this::find);
        opened.keepLastGood();
        assertFalse(opened.policy().leavesOpen(), "it is wanted");

        console.put(name, bad);
        opened.refresh();
        assertTrue(opened.policy().leavesOpen());
        opened.keepLastGood();

        Policy restarted = new Configuration(this::find).policy();
        Property stands = restarted.find(name).orElseThrow();
        assertEquals(byDefault, restarted.shown(stands).orElse(""));
        assertEquals(name, restarted.refusals().get(0).name());
        assertFalse(restarted.leavesOpen());
    }

    @Test
    void nobodyStaysNobodyOverAStartThatFindsABadValue(@TempDir Path home) throws IOException {
        console.put("auth.home", home.toString());
        console.put("auth.admin.allowlist", ""); // the default is the loopback
        new Configuration(this::find).keepLastGood();

        console.put("auth.admin.allowlist", "everybody");
        Policy restarted = new Configuration(this::find).policy();
        assertEquals(
                Optional.empty(),
                restarted.find("auth.admin.allowlist").orElseThrow().value());
        assertFalse(restarted.inForce().web().adminAllowlist().contains("127.0.0.1"));
    }

    @Test
    void aBadLiveValueAtTheStartGivesWayToTheDefaultIfThereIsNoLastGoodOne() {
        console.put("auth.jwks.limit", "many");
        Policy policy = Policy.read(this::find, Map.of());
        assertEquals(600, policy.inForce().limits().jwks().limit());
        assertEquals(
                "auth.jwks.limit must be a whole number of requests from 0 to 1000000, was 'many'"
                        + ": the old value stays in force",
                policy.refusals().get(0).reason());
    }

    @Test
    void lastGoodValuesThatAreGoodNoMoreGiveWayToTheDefaults() {
        console.put("auth.jwks.limit", "many");
        Policy policy = Policy.read(this::find, Map.of("jwt.replay", "no longer there", "auth.jwks.limit", "55"));
        assertEquals(ReplayMode.AUTO, policy.inForce().tokens().replay());
        assertEquals(600, policy.inForce().limits().jwks().limit());
    }

    @ParameterizedTest
    @CsvSource({"jwt.issuer, nowhere", "auth.store, auto", "jwt.key.size, 1024", "redis.password, ${nope}"})
    void aBadValueAtTheStartThatIsNotLiveStopsItBesideABadLiveOneToo(String name, String bad) {
        console.put("auth.jwks.limit", "many");
        console.put(name, bad);
        assertTrue(assertThrows(InvalidSettingException.class, () -> Policy.read(this::find, Map.of()))
                .getMessage()
                .startsWith(name));
    }

    @Test
    void accountsOfCertificatesAreNotReadWithoutTheirIssuers() {
        console.put("auth.certificate.accounts", "orders:CN=orders");
        console.put("auth.certificate.issuers", "nobody knows");
        Policy policy = Policy.read(this::find, Map.of());
        assertFalse(policy.inForce().certificates().inUse(), "any authority could sign in to orders");
        assertEquals(2, policy.refusals().size());

        configuration.refresh();
        assertFalse(configuration.settings().certificates().inUse());
        console.put("auth.certificate.issuers", "CN=ours");
        configuration.refresh();
        assertTrue(configuration.settings().certificates().inUse());
    }

    @Test
    void aBadValueThatWaitsForTheRestartIsRefusedBeforeItStopsTheStart() {
        console.put("jwt.issuer", "nowhere");
        Refusal refusal = configuration.refresh().policy().refusals().get(0);
        assertEquals("jwt.issuer must be an absolute URI, was 'nowhere': the next start would fail", refusal.reason());
        assertFalse(refusal.waits());
        console.put("jwt.issuer", "https://other.example");
        assertTrue(configuration.refresh().policy().refusals().get(0).waits());
    }

    @Test
    void aRefusalStaysUntilItsPropertyIsReadAgain() {
        console.put("jwt.replay", "sometimes");
        configuration.refresh();
        console.put("jwt.replay", "off");
        configuration.refresh(property -> false);
        assertEquals(1, configuration.refusals().size());
        configuration.refresh();
        assertEquals(List.of(), configuration.refusals());
    }

    @Test
    void whatIsInForceIsKeptWithoutSecretsForAStartThatFindsABadValue(@TempDir Path home) throws IOException {
        console.put("auth.home", home.toString());
        console.put("auth.jwks.limit", "55");
        console.put("auth.proxy.upstream.authorization", "Bearer of-the-upstream");
        console.put("redis.password", "of-redis");
        new Configuration(this::find).keepLastGood();

        Path file = home.resolve("last-good-settings.properties");
        String kept = Files.readString(file);
        assertTrue(kept.contains("auth.jwks.limit=55"), kept);
        assertFalse(kept.contains("of-the-upstream") || kept.contains("of-redis") || kept.contains("redis"), kept);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));

        console.put("auth.jwks.limit", "many");
        assertEquals(
                55, new Configuration(this::find).settings().limits().jwks().limit());
        Files.writeString(file, "auth.jwks.limit=\\u00");
        assertEquals(
                600, new Configuration(this::find).settings().limits().jwks().limit());
    }

    private Property property(String name) {
        return configuration.policy().properties().stream()
                .filter(property -> property.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
