package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A servlet request with what a test gives it: method, path, headers, cookies, peer, attributes. */
public final class TestRequest {
    private final Map<String, List<String>> headers = new HashMap<>();
    private final Map<String, Object> attributes = new HashMap<>();
    private final String method;
    private final String uri;
    private final String path;
    private String peer = "192.0.2.1";
    private boolean secure;

    private TestRequest(String method, String uri, String path) {
        this.method = method;
        this.uri = uri;
        this.path = path;
    }

    public static TestRequest of(String method, String path) {
        return new TestRequest(method, path, path);
    }

    /** As the client spelled the path, and as the container reads it. */
    public static TestRequest spelled(String uri, String path) {
        return new TestRequest("GET", uri, path);
    }

    public TestRequest header(String name, String... values) {
        headers.computeIfAbsent(name.toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                .addAll(List.of(values));
        return this;
    }

    public TestRequest cookie(String name, String value) {
        return header("Cookie", name + "=" + value);
    }

    public TestRequest from(String address) {
        peer = address;
        return this;
    }

    public TestRequest secure() {
        secure = true;
        return this;
    }

    public HttpServletRequest build() {
        return (HttpServletRequest) Proxy.newProxyInstance(
                TestRequest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class}, (proxy, call, args) -> {
                    return switch (call.getName()) {
                        case "getMethod" -> method;
                        case "getRequestURI" -> uri;
                        case "getContextPath" -> "";
                        case "isSecure" -> secure;
                        case "getServletPath" -> path;
                        case "getPathInfo" -> null;
                        case "getRemoteAddr" -> peer;
                        case "getHeader" -> values(args[0]).stream().findFirst().orElse(null);
                        case "getHeaders" -> Collections.enumeration(values(args[0]));
                        case "getAttribute" -> attributes.get(args[0]);
                        case "setAttribute" -> attributes.put((String) args[0], args[1]);
                        default -> throw new UnsupportedOperationException(call.getName());
                    };
                });
    }

    private List<String> values(Object name) {
        return headers.getOrDefault(((String) name).toLowerCase(Locale.ROOT), List.of());
    }
}
