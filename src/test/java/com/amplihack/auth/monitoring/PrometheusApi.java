package com.amplihack.auth.monitoring;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a Prometheus answers. */
public final class PrometheusApi {
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;

    public PrometheusApi(int port) {
        this.port = port;
    }

    /** Whether it is ready to be asked. */
    public boolean isReady() {
        try {
            return send("/-/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The values of a query, now. */
    public List<Double> values(String query) {
        JsonObject answer = get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        return answer.getJsonObject("data").getJsonArray("result").getValuesAs(JsonObject.class).stream()
                .map(series ->
                        Double.valueOf(series.getJsonArray("value").getString(1).replace("Inf", "Infinity")))
                .toList();
    }

    /** The names of the alerts that fire now. */
    public Set<String> firing() {
        return get("/api/v1/alerts").getJsonObject("data").getJsonArray("alerts").getValuesAs(JsonObject.class).stream()
                .filter(alert -> alert.getString("state").equals("firing"))
                .map(alert -> alert.getJsonObject("labels").getString("alertname"))
                .collect(Collectors.toSet());
    }

    private JsonObject get(String path) {
        try {
            HttpResponse<String> answer = send(path);
            if (answer.statusCode() != 200) {
                throw new AssertionError(path + ": " + answer.body());
            }
            return Json.createReader(new StringReader(answer.body())).readObject();
        } catch (IOException e) {
            throw new AssertionError(path, e);
        }
    }

    private HttpResponse<String> send(String path) throws IOException {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
