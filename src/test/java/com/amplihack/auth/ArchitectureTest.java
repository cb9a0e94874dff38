package com.amplihack.auth;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.amplihack.auth.admission.Admitted;
import com.amplihack.auth.admission.Public;
import com.amplihack.auth.admission.RequiresPermission;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
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
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import java.nio.charset.Charset;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The ranks of CONTRIBUTING.md, and who may use which library. */
@AnalyzeClasses(packages = "com.amplihack.auth", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String BASE = "com.amplihack.auth";

    private static final Map<String, Integer> RANKS = Map.ofEntries(
            Map.entry("problem", 0),
            Map.entry("config", 0),
            Map.entry("json", 0),
            Map.entry("client", 0),
            Map.entry("files", 0),
            Map.entry("metrics", 0),
            Map.entry("store", 1),
            Map.entry("audit", 1),
            Map.entry("keys", 2),
            Map.entry("users", 2),
            Map.entry("token", 3),
            Map.entry("admission", 4),
            Map.entry("gate", 5),
            Map.entry("endpoint", 5),
            Map.entry("proxy", 5),
            Map.entry("admin", 5),
            Map.entry("recovery", 5),
            Map.entry("ops", 5));

    @ArchTest
    static final ArchRule A_PACKAGE_IMPORTS_LOWER_RANKS_ONLY =
            classes().that().resideInAPackage(BASE + ".*..").should(importLowerRanksOnly());

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching(BASE + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule REDIS_IS_THE_STORES = onlyIn("redis.clients..", "store");

    @ArchTest
    static final ArchRule JOSE_IS_FOR_TOKENS_AND_KEYS = onlyIn("com.nimbusds..", "token", "keys", "gate");

    @ArchTest
    static final ArchRule THE_SIGNING_PROVIDER_IS_THE_KEYS = onlyIn("com.amazon..", "keys");

    @ArchTest
    static final ArchRule ARGON2_IS_THE_USERS = onlyIn("de.mkammerer..", "users");

    @ArchTest
    static final ArchRule PERSISTENCE_IS_THE_USERS = onlyIn("jakarta.persistence..", "users");

    @ArchTest
    static final ArchRule JAX_RS_IS_AT_THE_EDGE = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE,
                    BASE + ".gate",
                    BASE + ".endpoint",
                    BASE + ".proxy",
                    BASE + ".admin",
                    BASE + ".ops",
                    BASE + ".problem")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.ws.rs..");

    @ArchTest
    static final ArchRule CONFIGURATION_IS_READ_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage(BASE + ".config")
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
            .resideOutsideOfPackages(BASE + ".config", BASE + ".launch")
            .should()
            .callMethodWhere(describe(
                    "asks for the time without the clock",
                    (JavaMethodCall call) -> asksFor(call, Instant.class, "now")
                            || asksFor(call, InstantSource.class, "system")
                            || asksFor(call, Clock.class, "system")
                            || asksFor(call, System.class, "currentTimeMillis")));

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
            .beAnnotatedWith(Admitted.class)
            .orShould()
            .beAnnotatedWith(RequiresPermission.class)
            .orShould()
            .beAnnotatedWith(Public.class);

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
                String own = room(from);
                if (!own.equals("launch") && !RANKS.containsKey(own)) {
                    events.add(SimpleConditionEvent.violated(from, from.getName() + " lies in a room without a rank"));
                }
                from.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> isOurs().test(dependency.getTargetClass()))
                        .filter(dependency -> {
                            String other = room(dependency.getTargetClass());
                            return !other.equals(own)
                                    && (own.equals("launch")
                                            || RANKS.getOrDefault(other, Integer.MAX_VALUE)
                                                    >= RANKS.getOrDefault(own, -1));
                        })
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription())));
            }
        };
    }

    private static DescribedPredicate<JavaClass> isOurs() {
        return resideInAnyPackage(BASE + "..");
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(BASE) ? "" : name.substring(BASE.length() + 1).split("\\.")[0];
    }
}
