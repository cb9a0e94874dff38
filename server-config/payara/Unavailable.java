import jakarta.servlet.GenericServlet;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * What the domain answers where no application is deployed: over HTTPS 503 with {@code Retry-After} in seconds; 404 on the
 * operations port, where the service never is.
 */
public class Unavailable extends GenericServlet {
    private static final String FORM = "{\"type\":\"https://amplihack.com/docs/auth/errors#%s\",\"title\":\"%s\",\"status\":%d,"
            + "\"detail\":\"%s.\",\"error\":\"%1$s\"}\n";

    @Override
    public void service(ServletRequest request, ServletResponse response) throws IOException {
        HttpServletResponse answer = (HttpServletResponse) response;
        answer.setHeader("Cache-Control", "no-store");
        answer.setContentType("application/problem+json");
        if (request.isSecure()) {
            answer.setStatus(503);
            answer.setHeader("Retry-After", "5");
            answer.getOutputStream().print(String.format(
                    FORM, "store_unavailable", "Service temporarily unavailable", 503, "The service is not deployed at the moment"));
        } else {
            answer.setStatus(404);
            answer.getOutputStream().print(String.format(FORM, "not_found", "Not found", 404, "Not found"));
        }
    }
}
