package com.amplihack.auth;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.gate.permission.RequiresPermission;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.token.UnverifiedToken;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import java.nio.charset.Charset;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The ranks of CONTRIBUTING.md, and who may use which library. */
@AnalyzeClasses(packages = "com.amplihack.auth", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String BASE = "com.amplihack.auth";

    /** The lowest first; {@code tools} lie outside the WAR and above all. */
    private static final List<Set<String>> RANKS = List.of(
            Set.of("problem", "config", "metrics"),
            Set.of("web"),
            Set.of("store", "audit"),
            Set.of("limits", "database"),
            Set.of("mail", "trail"),
            Set.of("keys", "users"),
            Set.of("token", "factor"),
            Set.of("session", "apikey", "metering", "signin"),
            Set.of("gate"),
            Set.of("endpoint", "admin", "proxy", "ops"),
            Set.of("tools"));

    private static final int MOST_FILES = 16;

    @ArchTest
    static final ArchRule A_PACKAGE_IMPORTS_LOWER_RANKS_ONLY =
            classes().that().resideInAPackage(BASE + ".*..").should(importLowerRanksOnly());

    /** Neither between rooms nor between the packages within one. */
    @ArchTest
    static final ArchRule NO_CYCLES = slices().matching(BASE + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static void noPackageIsACrowd(JavaClasses classes) {
        Map<String, Long> files = classes.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
        files.values().removeIf(count -> count <= MOST_FILES);
        assertEquals(Map.of(), files);
    }

    /** The container creates a timer before the bean: it would begin a start anew that has just failed. */
    @ArchTest
    static final ArchRule WHAT_DEPENDS_ON_THE_START_HAS_NO_TIMER = methods()
            .that()
            .areAnnotatedWith("jakarta.ejb.Schedule")
            .should()
            .beDeclaredInClassesThat()
            .areNotAnnotatedWith("jakarta.ejb.DependsOn");

    @ArchTest
    static final ArchRule REDIS_IS_THE_STORES = onlyIn("redis.clients..", "store.redis");

    @ArchTest
    static final ArchRule JOSE_IS_FOR_TOKENS_AND_KEYS = onlyIn("com.nimbusds..", "token", "keys..", "gate..");

    @ArchTest
    static final ArchRule THE_SIGNING_PROVIDER_IS_THE_KEYS = onlyIn("com.amazon..", "keys..");

    @ArchTest
    static final ArchRule ARGON2_IS_THE_USERS = onlyIn("de.mkammerer..", "users..");

    @ArchTest
    static final ArchRule SPANS_ARE_MADE_BY_ONE_PACKAGE = onlyIn("io.opentelemetry..", "gate.tracing");

    @ArchTest
    static final ArchRule WEBAUTHN_IS_FOR_PASSKEYS = onlyIn("com.webauthn4j..", "factor.passkey");

    @ArchTest
    static final ArchRule MAIL_IS_SENT_BY_ONE_PACKAGE = onlyIn("jakarta.mail..", "mail..");

    @ArchTest
    static final ArchRule PERSISTENCE_IS_FOR_ENTITIES = onlyIn(
            "jakarta.persistence..",
            "database..",
            "mail..",
            "trail..",
            "users..",
            "factor..",
            "apikey..",
            "metering..");

    @ArchTest
    static final ArchRule JAX_RS_IS_AT_THE_EDGE = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE,
                    BASE + ".gate..",
                    BASE + ".endpoint..",
                    BASE + ".proxy..",
                    BASE + ".admin..",
                    BASE + ".ops",
                    BASE + ".problem")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.ws.rs..");

    @ArchTest
    static final ArchRule CONFIGURATION_IS_READ_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage(BASE + ".config..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.eclipse.microprofile.config.ConfigProvider")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getenv");

    @ArchTest
    static final ArchRule THE_TIME_COMES_FROM_THE_CLOCK = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + ".config..", BASE + ".tools..")
            .should()
            .callMethodWhere(describe(
                    "asks for the time without the clock",
                    (JavaMethodCall call) -> asksFor(call, Instant.class, "now")
                            || asksFor(call, InstantSource.class, "system")
                            || asksFor(call, Clock.class, "system")
                            || asksFor(call, System.class, "currentTimeMillis")));

    @ArchTest
    static final ArchRule ONLY_THE_VERIFIER_MAKES_AN_ACCESS_TOKEN = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(TokenVerifier.class.getName())
            .should()
            .callConstructorWhere(describe(
                    "makes an access token", call -> call.getTargetOwner().isEquivalentTo(AccessToken.class)));

    /** Its word for it is a caller that anybody could make up. */
    @ArchTest
    static final ArchRule ONLY_MP_JWT_SAYS_WHAT_IT_HAS_VERIFIED = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(BASE + ".gate.MpJwtMechanism")
            .should()
            .callMethod(TokenVerifier.class, "verifiedByMpJwt", UnverifiedToken.class, Principal.class);

    /** {@code ResourceGuard} stands between Jersey and the resource method, and nowhere else. */
    @ArchTest
    static final ArchRule ONLY_JERSEY_CALLS_A_GUARDED_RESOURCE_METHOD = noClasses()
            .should()
            .callMethodWhere(describe(
                    "is a resource method that is not public",
                    (JavaMethodCall call) -> call.getTarget().isMetaAnnotatedWith(HttpMethod.class)
                            && !call.getTarget().isAnnotatedWith(Public.class)));

    /** In Turkish the lower case of I has no dot, in Arabic digits are others: what is compared or sent says ROOT. */
    @ArchTest
    static final ArchRule NO_WORD_DEPENDS_ON_THE_MACHINES_LANGUAGE = noClasses()
            .should()
            .callMethod(String.class, "toLowerCase")
            .orShould()
            .callMethod(String.class, "toUpperCase")
            .orShould()
            .callMethod(String.class, "format", String.class, Object[].class)
            .orShould()
            .callMethod(String.class, "formatted", Object[].class)
            .orShould()
            .callMethod(String.class, "getBytes")
            .orShould()
            .callMethod(Locale.class, "getDefault")
            .orShould()
            .callMethod(Charset.class, "defaultCharset");

    @ArchTest
    static final ArchRule EVERY_RESOURCE_METHOD_SAYS_WHO_MAY_CALL_IT = methods()
            .that()
            .areAnnotatedWith(GET.class)
            .or()
            .areAnnotatedWith(POST.class)
            .or()
            .areAnnotatedWith(PUT.class)
            .or()
            .areAnnotatedWith(PATCH.class)
            .or()
            .areAnnotatedWith(DELETE.class)
            .should()
            .beAnnotatedWith(RolesAllowed.class)
            .orShould()
            .beAnnotatedWith(AdminOrPermission.class)
            .orShould()
            .beAnnotatedWith(Admitted.class)
            .orShould()
            .beAnnotatedWith(RequiresPermission.class)
            .orShould()
            .beAnnotatedWith(Public.class);

    /** ResourceGuard lets OPTIONS pass, which Jersey answers by itself. */
    @ArchTest
    static final ArchRule NO_RESOURCE_METHOD_ANSWERS_OPTIONS =
            noMethods().should().beAnnotatedWith(OPTIONS.class);

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS = noClasses()
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Helper");

    private static boolean asksFor(JavaMethodCall call, Class<?> owner, String method) {
        return call.getTarget().getOwner().isEquivalentTo(owner)
                && call.getName().startsWith(method);
    }

    private static ArchRule onlyIn(String library, String... packages) {
        String[] allowed =
                Set.of(packages).stream().map(name -> BASE + "." + name).toArray(String[]::new);
        return noClasses()
                .that()
                .resideOutsideOfPackages(allowed)
                .should()
                .dependOnClassesThat(resideInAnyPackage(library));
    }

    private static ArchCondition<JavaClass> importLowerRanksOnly() {
        return new ArchCondition<>("import lower ranks only, never a sibling") {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                int own = rank(from);
                if (own < 0) {
                    events.add(SimpleConditionEvent.violated(from, from.getName() + " lies in a room without a rank"));
                }
                from.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> isOurs().test(dependency.getTargetClass()))
                        .filter(dependency -> !room(dependency.getTargetClass()).equals(room(from))
                                && rank(dependency.getTargetClass()) >= own)
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription())));
            }
        };
    }

    /** -1 for none. */
    private static int rank(JavaClass type) {
        String room = room(type);
        for (int rank = 0; rank < RANKS.size(); rank++) {
            if (RANKS.get(rank).contains(room)) {
                return rank;
            }
        }
        return -1;
    }

    private static DescribedPredicate<JavaClass> isOurs() {
        return resideInAnyPackage(BASE + "..");
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(BASE) ? "" : name.substring(BASE.length() + 1).split("\\.")[0];
    }
}
