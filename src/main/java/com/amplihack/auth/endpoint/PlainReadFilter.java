package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.web.RequestPath;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Answers the most frequent reads before Jersey, which would cost as much as everything else (ADR 59): a {@code GET} of the
 * key set or of {@code /api/user} whose client takes any media type, or JSON. The resources answer every other request for
 * them.
 */
public class PlainReadFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    private static final String JSON = "application/json";

    @Inject
    private transient KeySet keys;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String accept = request.getHeader("Accept");
        if (!request.getMethod().equals("GET") || !(accept == null || accept.equals("*/*") || accept.equals(JSON))) {
            chain.doFilter(request, response);
            return;
        }
        RequestPath path = RequestPath.of(request);
        switch (path.version() + path.spelled()) {
            case "/auth/jwks", "/v1/auth/jwks", "/.well-known/jwks.json" ->
                keySet(request, response, JSON.equals(accept) ? JSON : KeySet.MEDIA_TYPE);
            case "/api/user", "/v1/api/user" -> {
                Optional<Caller> caller = RequestAttributes.callerOf(request);
                if (caller.isPresent()) {
                    write(response, JSON, UserResource.json(caller.get()).getBytes(StandardCharsets.UTF_8));
                } else {
                    chain.doFilter(request, response); // which refuses it
                }
            }
            default -> chain.doFilter(request, response);
        }
    }

    private void keySet(HttpServletRequest request, HttpServletResponse response, String type) throws IOException {
        try {
            KeySet.Answer answer =
                    keys.to(request.getHeader("If-None-Match"), RequestAttributes.CLIENT.require(request));
            answer.headers().forEach(response::setHeader);
            if (answer.body().isPresent()) {
                write(response, type, answer.body().get());
            } else {
                response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            }
        } catch (AuthException refused) {
            Problem.of(refused).writeTo(response);
        }
    }

    private static void write(HttpServletResponse response, String type, byte[] body) throws IOException {
        response.setContentType(type);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
