package com.amplihack.auth.endpoint;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The permissions and roles that a query to {@code /auth/verify} requires. Ignores other parameters, as Envoy appends those
 * of the original request; parses the query itself, as servlet parameters would include the body's.
 *
 * @param permissions every {@code permission=…}
 * @param roles every {@code role=…}
 */
record ForwardAuthQuery(List<String> permissions, List<String> roles) {
    ForwardAuthQuery {
        permissions = List.copyOf(permissions);
        roles = List.copyOf(roles);
    }

    /**
     * @param query encoded; may be null
     * @throws AuthException {@code invalid_request} if a permission or role is empty or badly encoded, so that a
     *     misconfigured proxy fails closed
     */
    static ForwardAuthQuery parse(String query) {
        List<String> permissions = new ArrayList<>();
        List<String> roles = new ArrayList<>();
        for (String parameter : query == null ? new String[0] : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : parameter.substring(equals + 1);
            if (name.equals("permission")) {
                permissions.add(decoded(name, value));
            } else if (name.equals("role")) {
                roles.add(decoded(name, value));
            }
        }
        return new ForwardAuthQuery(permissions, roles);
    }

    private static String decoded(String name, String value) {
        String decoded;
        try {
            decoded = URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, name + " is badly encoded.");
        }
        if (decoded.isBlank()) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, name + " is empty.");
        }
        return decoded;
    }
}
