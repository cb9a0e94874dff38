package com.amplihack.auth.config.type;

import com.amplihack.auth.config.source.InvalidSettingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The paths below {@code /api} that are forwarded to the upstream, longest first. */
public final class ProxyRoutes {
    public static final String NAME = "auth.proxy.paths";
    private static final Pattern ENTRY = Pattern.compile(
            "(/[A-Za-z0-9._~/-]*?)(/\\*\\*)?=([A-Za-z0-9][A-Za-z0-9._:*/-]{0,127})(?:@([a-z][a-z0-9]{0,31}))?");
    private static final Set<String> ANY = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final String OWN = "/user";
    private static final String VERSION = "/v1/";
    /** Would be the upstream whose URL is {@code auth.proxy.upstream.authorization}, another setting. */
    private static final String NO_NAME = "authorization";

    /** The specification's path; the permission that it needs is the specification's too. */
    private static final Route CHAT = byDefault("/chat/completions", false, "POST");

    /** What the clients of OpenAI's and Anthropic's APIs call besides; nothing that reads what others have stored there. */
    private static final List<Route> DEFAULTS = List.of(
            CHAT,
            byDefault("/responses", false, "POST"),
            byDefault("/embeddings", false, "POST"),
            byDefault("/messages", false, "POST"),
            byDefault("/messages/count_tokens", false, "POST"),
            byDefault("/models", true, "GET"));

    /**
     * A forwarded path.
     *
     * @param path below {@code /api}, decoded
     * @param below whether the route includes everything below the path
     * @param permission that the access token must contain, compared exactly
     * @param methods forwarded HTTP methods
     * @param upstream the name of its own upstream; empty for the one of all paths
     */
    public record Route(String path, boolean below, String permission, Set<String> methods, Optional<String> upstream) {
        public Route {
            methods = Set.copyOf(methods);
        }

        /** Whether an operator's route stands instead of this default: chat completions only give way to themselves. */
        private boolean isReplacedBy(Route operators) {
            return operators.path().equals(path)
                    || (!equals(CHAT) && (operators.covers(path) || path.startsWith(operators.path() + "/")));
        }

        private boolean covers(String requested) {
            return requested.equals(path) || (below && requested.startsWith(path + "/"));
        }
    }

    private static Route byDefault(String path, boolean below, String method) {
        return new Route(path, below, "chat:write", Set.of(method), Optional.empty());
    }

    private final List<Route> routes;

    private ProxyRoutes(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /**
     * The operator's routes, and the defaults that none of them replaces, by having their path or one above.
     *
     * @throws InvalidSettingException if two have one path, or one asks for another permission at chat completions
     */
    public static ProxyRoutes of(List<Route> operators) {
        List<Route> routes = new ArrayList<>();
        for (Route route : operators) {
            if (routes.stream().anyMatch(other -> other.path().equals(route.path()))) {
                throw new InvalidSettingException(NAME + " must name each path once, was '" + route.path() + "' twice");
            }
            if (CHAT.isReplacedBy(route) && !route.permission().equals(CHAT.permission())) {
                throw new InvalidSettingException(
                        NAME + " must ask for chat:write at /chat/completions, was '" + route.permission() + "'");
            }
            routes.add(route);
        }
        DEFAULTS.stream()
                .filter(route -> operators.stream().noneMatch(route::isReplacedBy))
                .forEach(routes::add);
        routes.sort(Comparator.comparing((Route route) -> route.path().length()).reversed());
        return new ProxyRoutes(routes);
    }

    /**
     * Parses {@code /path=permission} or {@code /path/**=permission}, followed by {@code @name} for an upstream of its own.
     *
     * @throws InvalidSettingException if the route would cover a path of this service
     */
    public static Optional<Route> parse(String entry) {
        Matcher matcher = ENTRY.matcher(entry);
        if (!matcher.matches() || !isPlain(matcher.group(1)) || NO_NAME.equals(matcher.group(4))) {
            return Optional.empty();
        }
        Route route = new Route(
                matcher.group(1),
                matcher.group(2) != null,
                matcher.group(3),
                ANY,
                Optional.ofNullable(matcher.group(4)));
        if ((route.path() + '/').startsWith(VERSION)) {
            throw new InvalidSettingException(
                    NAME + " must name paths without /v1: /api/v1 is the same as /api, was '" + entry + "'");
        }
        if (route.covers(OWN)) {
            throw new InvalidSettingException(NAME + " must not cover /user, which this service answers itself");
        }
        return Optional.of(route);
    }

    private static boolean isPlain(String path) {
        return path.length() > 1 && !path.endsWith("/") && !path.contains("//") && !path.matches(".*/\\.{1,2}(/.*)?");
    }

    /** The names of the upstreams that routes of their own have. */
    public Set<String> upstreams() {
        return routes.stream()
                .flatMap(route -> route.upstream().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Finds the route of a request.
     *
     * @param path the request's decoded path, starting with {@code /api}
     * @return empty if the path is not forwarded
     */
    public Optional<Route> find(String path) {
        if (!path.startsWith("/api/")) {
            return Optional.empty();
        }
        String below = path.substring("/api".length());
        for (Route route : routes) {
            if (route.covers(below)) {
                return Optional.of(route);
            }
        }
        return Optional.empty();
    }
}
