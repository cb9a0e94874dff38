package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.InvalidSettingException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateSettingsTest {
    private static final String ACCOUNTS = "auth.certificate.accounts";
    private static final String ISSUERS = "auth.certificate.issuers";

    @Test
    void nothingIsMappedByDefault() {
        CertificateSettings none = read(Map.of());

        assertFalse(none.inUse());
        assertEquals(Optional.empty(), none.accountOf(new X500Principal("CN=orders")));
    }

    @Test
    void severalSubjectsAreMappedAndAWholeNameIsCompared() {
        CertificateSettings settings = read(
                Map.of(ACCOUNTS, " orders-service : CN=orders,O=Example ;billing:cn=billing,  o=Example;; x:UID=x=1;"));

        assertEquals(Optional.of("orders-service"), account(settings, "CN=orders, O=Example"));
        assertEquals(Optional.of("billing"), account(settings, "CN=billing, O=Example"));
        assertEquals(Optional.of("x"), account(settings, "UID=x\\=1"));
        assertEquals(Optional.empty(), account(settings, "CN=orders"));
        assertEquals(Optional.empty(), account(settings, "O=Example, CN=orders"));
        assertEquals(Optional.empty(), account(settings, "CN=orders, O=Example, C=DE"));
        assertEquals(Optional.empty(), account(settings, ""));
    }

    @Test
    void commasSemicolonsColonsAndQuotesCanBePartsOfASubject() {
        CertificateSettings settings = read(
                Map.of(
                        ACCOUNTS,
                        "a:CN=a\\; b,O=Example\\, Inc.; b:CN=\"x; y\\\"z\",O=\"Example, Inc.\"; c:CN=urn:service:c; d:CN=d\\3B e"));

        assertEquals(Optional.of("a"), account(settings, "CN=\"a; b\", O=\"Example, Inc.\""));
        assertEquals(Optional.of("b"), account(settings, "CN=x\\; y\\\"z, O=Example\\, Inc."));
        assertEquals(Optional.of("c"), account(settings, "CN=urn:service:c"));
        assertEquals(Optional.of("d"), account(settings, "CN=d\\; e"));
    }

    @Test
    void whatTheAuditLogShowsOfASubjectCanBeMapped() {
        X500Principal subject =
                new X500Principal("EMAILADDRESS=a@example.com, SERIALNUMBER=7+OU=x, CN=\"a, b; c\", DC=example");

        CertificateSettings settings =
                read(Map.of(ACCOUNTS, "a:" + CertificateSettings.spelled(new X500Principal(subject.getEncoded()))));

        assertEquals(Optional.of("a"), settings.accountOf(new X500Principal(subject.getEncoded())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=Orders, O=Example",
                "CN=orders\\ , O=Example",
                "CN=\\ orders, O=Example",
                "CN=orders\u0000, O=Example",
                "CN=\u0001orders, O=Example",
                "CN=\uff4frders, O=Example",
                "CN=orders, O=Ex\u00adample",
                "CN=orders, O=Example, O=",
                "CN=orders+O=Example"
            })
    void aSubjectThatOnlyLooksLikeItIsAnother(String lookalike) {
        CertificateSettings settings = read(Map.of(ACCOUNTS, "a:CN=orders,O=Example", ISSUERS, "CN=orders,O=Example"));

        assertEquals(Optional.empty(), account(settings, lookalike));
        assertFalse(settings.mayIssue(new X500Principal(lookalike)));
        assertTrue(settings.mayIssue(new X500Principal("CN=orders, O=Example")));
    }

    @Test
    void theOrderWithinAMultiValuedNameDoesNotMatter() {
        assertEquals(Optional.of("a"), account(read(Map.of(ACCOUNTS, "a:CN=a+OU=b")), "OU=b+CN=a"));
        assertEquals(Optional.of("a"), account(read(Map.of(ACCOUNTS, "a:OU=b+CN=a")), "CN=a+OU=b"));
    }

    @Test
    void anybodyMayIssueUnlessSomebodyIsNamed() {
        X500Principal ca = new X500Principal("CN=Services CA,O=Example");
        X500Principal other = new X500Principal("CN=Public CA");

        assertTrue(read(Map.of(ACCOUNTS, "a:CN=a")).mayIssue(other));
        CertificateSettings named = read(Map.of(ACCOUNTS, "a:CN=a", ISSUERS, "O=Two; CN=Services CA,O=Example"));
        assertTrue(named.mayIssue(ca));
        assertFalse(named.mayIssue(other));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=orders",
                "orders",
                ":CN=orders",
                "orders:",
                "orders: ",
                "orders:CN",
                "orders:CN=a,",
                "orders:CN=\"a",
                "orders:NOSUCHKEY=a",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:CN=a"
            })
    void anEntryIsAnAccountAndASubject(String value) {
        assertEquals(
                ACCOUNTS + " must be a list of account:subject, separated by semicolons, such as"
                        + " orders-service:CN=orders,O=Example; billing:CN=billing,O=Example, was '" + value.strip()
                        + "'",
                refusal(Map.of(ACCOUNTS, "good:CN=good;" + value)));
    }

    @Test
    void aSubjectIsMappedOnce() {
        assertEquals(
                ACCOUNTS + " must name each subject once, was 'CN=a,O=X' twice",
                refusal(Map.of(ACCOUNTS, "a:CN=a,O=X; b:cn=a, O=X")));
    }

    @Test
    void anIssuerIsADistinguishedNameAndOfUseWithAMappingOnly() {
        assertEquals(
                ISSUERS + " must be a list of subjects of authorities, separated by semicolons, such as"
                        + " CN=Example CA,O=Example, was 'Example CA'",
                refusal(Map.of(ACCOUNTS, "a:CN=a", ISSUERS, "Example CA")));
        assertEquals(ISSUERS + " must not be set without " + ACCOUNTS, refusal(Map.of(ISSUERS, "CN=Example CA")));
    }

    @Test
    void aLongValueIsReadInReasonableTimeAndSpace() {
        String entries = "a:CN=" + "\\;\"x\"".repeat(20_000) + "\\";

        assertTrue(refusal(Map.of(ACCOUNTS, entries)).startsWith(ACCOUNTS + " must be a list"));
    }

    private static Optional<String> account(CertificateSettings settings, String subject) {
        return settings.accountOf(encoded(subject));
    }

    /** As a certificate has it. */
    private static X500Principal encoded(String subject) {
        return new X500Principal(new X500Principal(subject).getEncoded());
    }

    private static CertificateSettings read(Map<String, String> values) {
        return TestSettings.production(Path.of("/nowhere"), values).certificates();
    }

    private static String refusal(Map<String, String> values) {
        return assertThrows(InvalidSettingException.class, () -> read(values)).getMessage();
    }
}
