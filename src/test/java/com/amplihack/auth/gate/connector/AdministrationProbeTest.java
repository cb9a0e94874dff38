package com.amplihack.auth.gate.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdministrationProbeTest {
    @ParameterizedTest
    @CsvSource({
        "/management, true",
        "/management/domain/version, true",
        "/monitoring/domain, true",
        "//management/domain, true",
        "/./management/domain, true",
        "/%6Danagement/domain, true",
        "/%2fmanagement, true",
        "/common/../management/domain, true",
        "/common/..%2fmanagement, true",
        "/%256danagement, true",
        "/%zz, true",
        "/management;x=1/domain, true",
        "/, false",
        "/common/index.jsf, false",
        "/web/configuration/management.jsf, false",
        "/managementx, false"
    })
    void aBrowserNeverReachesRest(String path, boolean refused) {
        for (Map<String, String> browser : List.of(
                Map.of("Accept", "text/html,*/*"),
                Map.of("Sec-Fetch-Mode", "cors"),
                Map.of("Origin", "null"),
                Map.of("Referer", "x"))) {
            assertEquals(refused, AdministrationProbe.isRefused(path, browser::get), browser.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "*/*", "application/xml"})
    void programsDo(String accepted) {
        assertFalse(AdministrationProbe.isRefused("/management/domain", Map.of("Accept", accepted)::get));
        assertFalse(AdministrationProbe.isRefused("/management/domain", Map.<String, String>of()::get));
    }
}
