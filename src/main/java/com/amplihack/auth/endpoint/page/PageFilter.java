package com.amplihack.auth.endpoint.page;

import com.amplihack.auth.gate.PathKind;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.web.RequestPath;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code GET} and {@code HEAD} for the files of the pages: compressed, by {@code ETag}, and those of WebJars once and for
 * all (RFC 8246), as their path has their version; not so a module with the addresses, and so the versions, of others in it.
 */
public class PageFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    private static final String WEBJARS = "/webjars/";

    @Inject
    private transient PageFiles files;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean head = request.getMethod().equals("HEAD");
        if (RequestAttributes.PATH_KIND.require(request) != PathKind.PAGE
                || request.getMethod().equals("OPTIONS")) {
            chain.doFilter(request, response);
            return;
        }
        RequestPath path = RequestPath.of(request);
        String language = PageWords.language(Optional.ofNullable(request.getHeader("Accept-Language")));
        Optional<PageFile> file = path.version().isEmpty() ? files.find(path.decoded(), language) : Optional.empty();
        if (file.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        if (!head && !request.getMethod().equals("GET")) { // which the container would answer as a GET
            Problem.of(new AuthException(ErrorCode.METHOD_NOT_ALLOWED, "A file is read by GET.")
                            .header("Allow", "GET, HEAD, OPTIONS"))
                    .writeTo(response);
            return;
        }
        boolean gzip = takesGzip(request.getHeader("Accept-Encoding"));
        if (path.decoded().startsWith(WEBJARS) && file.get().isVerbatim()) {
            response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
        }
        response.addHeader("Vary", file.get().isPage() ? "Accept-Encoding, Accept-Language" : "Accept-Encoding");
        response.setHeader("ETag", file.get().etag(gzip));
        if (file.get().isKnownTo(Optional.ofNullable(request.getHeader("If-None-Match")))) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        write(file.get(), gzip, head, response);
    }

    private static void write(PageFile file, boolean gzip, boolean head, HttpServletResponse response)
            throws IOException {
        response.setContentType(file.type());
        response.setContentLength(file.length(gzip));
        if (gzip) {
            response.setHeader("Content-Encoding", "gzip");
        }
        if (!head) {
            file.writeTo(response.getOutputStream(), gzip);
        }
    }

    /** RFC 9110 section 12.5.3, as far as clients use it: a coding is refused by the weight 0. */
    static boolean takesGzip(@Nullable String accepted) {
        return accepted != null
                && Arrays.stream(accepted.toLowerCase(Locale.ROOT).split(","))
                        .map(coding -> coding.replace(" ", ""))
                        .anyMatch(coding -> coding.equals("gzip")
                                || (coding.startsWith("gzip;q=") && !coding.matches("gzip;q=0(\\.0{0,3})?")));
    }
}
