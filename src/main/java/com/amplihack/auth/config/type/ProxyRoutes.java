package com.amplihack.auth.config.type;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The paths below {@code /api} that are forwarded to the upstream, longest first. */
public final class ProxyRoutes {
    private static final String NAME = "auth.proxy.paths";
    private static final Pattern ENTRY =
            Pattern.compile("(/[A-Za-z0-9._~/-]*?)(/\\*\\*)?=([A-Za-z0-9][A-Za-z0-9._:*/-]{0,127})");
    private static final Set<String> ANY = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final String OWN = "/user";

    /**
     * A forwarded path.
     *
     * @param path below {@code /api}, decoded
     * @param below whether the route includes everything below the path
     * @param permission that the access token must contain, compared exactly
     * @param methods forwarded HTTP methods
     */
    public record Route(String path, boolean below, String permission, Set<String> methods) {
        public Route {
            methods = Set.copyOf(methods);
        }

        private boolean covers(String requested) {
            return requested.equals(path) || (below && requested.startsWith(path + "/"));
        }
    }

    private final List<Route> routes;

    private ProxyRoutes(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /** The specification's chat completions plus the operator's routes. */
    public static ProxyRoutes read(List<String> entries) {
        List<Route> routes = new ArrayList<>();
        routes.add(new Route("/chat/completions", false, "chat:write", Set.of("POST")));
        for (String entry : entries) {
            Matcher matcher = ENTRY.matcher(entry);
            if (!matcher.matches() || !isPlain(matcher.group(1))) {
                throw SettingsReader.refuse(
                        NAME,
                        "a list of /path=permission or /path/**=permission, such as /models/**=model:read",
                        entry);
            }
            Route route = new Route(matcher.group(1), matcher.group(2) != null, matcher.group(3), ANY);
            if (route.covers(OWN)) {
                throw new InvalidSettingException(NAME + " must not cover /user, which this service answers itself");
            }
            if (routes.stream().anyMatch(other -> other.path().equals(route.path()))) {
                throw new InvalidSettingException(NAME + " must name each path once, was '" + route.path() + "' twice");
            }
            routes.add(route);
        }
        routes.sort(Comparator.comparing((Route route) -> route.path().length()).reversed());
        return new ProxyRoutes(routes);
    }

    private static boolean isPlain(String path) {
        return path.length() > 1 && !path.endsWith("/") && !path.contains("//") && !path.matches(".*/\\.{1,2}(/.*)?");
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
